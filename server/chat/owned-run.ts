import type { Starts } from '../coordination/contracts.ts'
import type { Chats, MessageRow } from '../store/contract/chats.ts'
import type { RunRow } from '../store/contract/runs.ts'
import type { GenerateRequest, ResolvedModel } from '../upstream/contracts.ts'

/** A run as its owner begins with it. */
export interface OwnedRun {
  row: RunRow
  /** Own fence last. */
  starts: Starts
  /** The text it goes on from; the view has it too. */
  text: string
  /** How much of that the store has under a fence that this text descends from. */
  saved: number
  /** The store has text of a fence that this text does not descend from. */
  anew: boolean
  takenOver: boolean
  /** Nothing more is asked: only the end is to be stored. */
  endAs?: 'stopped' | 'interrupted'
  /** The conversation that is answered, as it was when it was first asked for. */
  path: () => Promise<MessageRow[]>
  request: (model: ResolvedModel) => Promise<Omit<GenerateRequest, 'model'>>
}

/** The conversation that a run answers: read once, and remembered while the run is written. */
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
