import type { Starts } from '../coordination/contracts.ts'
import type { Chats, MessageRow } from '../store/contract/chats.ts'
import type { RunRow } from '../store/contract/runs.ts'
import type { GenerateRequest, ResolvedModel } from '../upstream/contracts.ts'

/** The state from which an owner starts to write a run. */
export interface OwnedRun {
  row: RunRow
  /** The owner's own fence is the last entry. */
  starts: Starts
  /** The text that the owner continues; the view has it too. */
  text: string
  /** UTF-16 units of that text that the store has under a fence that this text descends from. */
  saved: number
  /** The store has text of a fence that this text does not descend from: the first save replaces it. */
  replacesSaved: boolean
  takenOver: boolean
  /** No request is sent to the model: only this end is stored. */
  endAs?: 'stopped' | 'interrupted'
  /** The conversation that the run answers, as it was at the first call. */
  path: () => Promise<MessageRow[]>
  request: (model: ResolvedModel) => Promise<Omit<GenerateRequest, 'model'>>
}

/** Returns a function that reads the conversation of a run at its first call, and remembers it. */
export function rememberPath(
  chats: Pick<Chats, 'path'>,
  { parentId, userId }: Pick<RunRow, 'parentId' | 'userId'>,
): () => Promise<MessageRow[]> {
  let remembered: MessageRow[] = []
  return async () => {
    if (remembered.length === 0) remembered = await chats.path(parentId, userId)
    return remembered
  }
}
