import type { MessageMeta, MessageRow } from './chats.ts'
import type { Page } from './users.ts'

export type Starts = [fence: number, length: number][]

export interface RunRow {
  id: string
  chatId: string
  messageId: string
  userId: string
  /** The message that the run answers. Only one run per parent can be running (one run per branch). */
  parentId: string
  model: string
  status: 'running' | 'done' | 'stopped' | 'interrupted' | 'failed'
  /** The incarnation of the owning instance; '' if the run is released or not yet claimed. */
  owner: string
  fence: number
  /** Deaths of owners that made no progress with the text (rule 13). */
  attempt: number
  /** All deaths of owners. */
  deaths: number
  /** The greatest length that the text had at an owner's death, or its initial length. */
  furthest: number
  stop: boolean
  saved: number
  savedAt: number
  savedFence: number
  savedSeq: number
  starts: Starts
  startedAt: number
}

export interface StartRun {
  userId: string
  clientId: string
  runId: string
  /** The new owner, or '' for a run that any instance may claim. */
  owner: string
  model: string
  stop: boolean
  form:
    | {
        kind: 'message'
        chatId: string
        /** The title of the chat to create; null if the chat exists. */
        newChatTitle: string | null
        parentId: string | null
        userMessageId: string
        answerId: string
        text: string
      }
    | { kind: 'regenerate'; of: string; answerId: string }
    | { kind: 'continue'; of: string }
}

export interface RunIds {
  chatId: string
  userMessageId: string
  messageId: string
  runId: string
}

export type StartOutcome =
  | { kind: 'started'; ids: RunIds; run: RunRow; newChat: boolean }
  /** This user has already sent this clientId; these are the ids of the first request. */
  | { kind: 'repeated'; ids: RunIds }
  /** This branch has an unfinished answer, or the parent is an unfinished answer. */
  | { kind: 'branch-busy' }
  | { kind: 'chat-missing' }
  | { kind: 'parent-missing' }

/** A run with the text from which its owner resumes. */
export interface ClaimedRun extends RunRow {
  /** The stored text so far. */
  text: string
}

/** A run as its owner has it in memory, with the conversation that it answers. */
export interface RememberedRun {
  run: RunRow
  /** The messages from the root to the message that is answered. */
  path: MessageRow[]
  /** The title in case the chat is lost too; the owner does not have its other properties in memory. */
  title: string
}

export interface SavePart {
  id: string
  fence: number
  /** Length of the text that was saved before this part, UTF-16 units. */
  start: number
  /** Length of `text`, UTF-16 units. */
  length: number
  seq: number
  starts: Starts
  text: string
}

export interface Runs {
  /**
   * Writes user message, answer placeholder and run (and a new chat) in one transaction; the chat then shows the
   * answer.
   */
  start(input: StartRun): Promise<StartOutcome>
  /** CLAIM: compare-and-set on (owner, fence). Undefined: refused, or owner or fence have changed. */
  claim(input: {
    id: string
    me: string
    ownerSeen: string
    fenceSeen: number
    redisFence: number
    /**
     * 1 after a death, which counts as an attempt unless there was progress; 0 for a released run or the claimant's
     * own.
     */
    attempts: 0 | 1
    leaseMs: number
    graceMs: number
  }): Promise<ClaimedRun | undefined>
  /**
   * CLAIM SOME: claims at most `limit` runs of these dead incarnations ('': released runs, without grace or attempt).
   */
  claimSome(input: {
    me: string
    dead: string[]
    limit: number
    first: string[]
    leaseMs: number
    graceMs: number
  }): Promise<ClaimedRun[]>
  /** The owners of running runs, with the number of runs of each. For the sweep. */
  listOwners(): Promise<{ owner: string; runs: number }[]>
  /** SAVE MANY: saves all parts in one transaction. A run that is missing in the result was not saved: read it. */
  save(parts: SavePart[]): Promise<Map<string, { stop: boolean }>>
  /** The first save after an owner restarted the answer: replaces the text of earlier fences. `text` may be empty. */
  replaceSavedText(part: Omit<SavePart, 'start'>): Promise<{ stop: boolean } | undefined>
  /**
   * FINALISE: folds the parts into the message. Undefined: it has ended, or its fence or saved length differs: read it.
   */
  finalise(input: {
    id: string
    fence: number
    saved: number
    status: Exclude<RunRow['status'], 'running'>
    starts: Starts
    meta: MessageMeta
    /** The visible part of the text. */
    said: string
  }): Promise<{ text: string; chatId: string } | undefined>
  /**
   * A database may lose acknowledged commits when it fails over. A live owner then restores its run and the
   * conversation, with no text saved. Existing rows are not changed. Undefined: the run must not be restored, because a
   * tombstone shows that it was deleted, it exists after all, or another run has begun on its branch.
   */
  restoreLostRun(remembered: RememberedRun): Promise<RunRow | undefined>
  read(id: string): Promise<RunRow | undefined>
  /** The run with its text so far (the message's text once it has ended), and the message's meta. */
  readWithText(id: string): Promise<(ClaimedRun & { meta: MessageMeta }) | undefined>
  /**
   * Sets the column `stop`. Undefined: unknown, or another user's run; `userId` null, for administrators, allows any.
   */
  requestStop(id: string, userId: string | null): Promise<RunRow | undefined>
  /** The running runs that this incarnation owns according to the store. */
  ownedBy(incarnation: string): Promise<RunRow[]>
  /** For a drain: clears the owner of those runs that `me` still owns under the given fence; returns their ids. */
  release(runs: { id: string; fence: number }[], me: string): Promise<string[]>
  listRunning(query: { userId: string | null; cursor?: string; limit: number }): Promise<Page<RunRow>>
  countRunning(userId: string): Promise<number>
  /**
   * The ids of what this client id has started, if anything, and the user's number of running answers; one statement.
   */
  readBeforeStart(userId: string, clientId: string): Promise<{ ids: RunIds | undefined; running: number }>
}
