import type { MessageMeta, MessageRow } from './chats.ts'
import type { Page } from './users.ts'

export type Starts = [fence: number, length: number][]

export interface RunRow {
  id: string
  chatId: string
  messageId: string
  userId: string
  /** The message that is answered: one running run per branch. */
  parentId: string
  model: string
  status: 'running' | 'done' | 'stopped' | 'interrupted' | 'failed'
  /** An incarnation; '' when released or not yet claimed. */
  owner: string
  fence: number
  /** Deaths of owners that had brought the text no further (rule 13). */
  attempt: number
  /** All deaths of owners. */
  deaths: number
  /** The greatest length that the text had at one of them, or began with. */
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
  /** The new owner, or '' for one that anybody may claim. */
  owner: string
  model: string
  stop: boolean
  form:
    | {
        kind: 'message'
        chatId: string
        /** The chat is to be made, with this title. */
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
  /** The same clientId of this user again: the same ids back. */
  | { kind: 'repeated'; ids: RunIds }
  /** An unended answer stands on this branch: it runs there, or is the parent. */
  | { kind: 'branch-busy' }
  | { kind: 'chat-missing' }
  | { kind: 'parent-missing' }

/** What a claim or a read returns to go on from. */
export interface ClaimedRun extends RunRow {
  /** The stored parts, joined. */
  text: string
}

/** A run as its owner remembers it, with what it answers. */
export interface RememberedRun {
  run: RunRow
  /** From the root to the message that is answered. */
  path: MessageRow[]
  /** For a chat that is lost as well: of its other properties nothing is remembered. */
  title: string
}

export interface SavePart {
  id: string
  fence: number
  /** Length saved so far. */
  start: number
  /** UTF-16 units. */
  length: number
  seq: number
  starts: Starts
  text: string
}

export interface Runs {
  /** User message, answer placeholder, run (and chat) in one transaction; moves the leaf. */
  start(input: StartRun): Promise<StartOutcome>
  /** CLAIM: compare-and-set on (owner, fence). Undefined: refused, or no longer so. */
  claim(input: {
    id: string
    me: string
    ownerSeen: string
    fenceSeen: number
    redisFence: number
    /** 1 after a death, which counts as an attempt without progress; 0 for a released run or a claim from oneself. */
    attempts: 0 | 1
    leaseMs: number
    graceMs: number
  }): Promise<ClaimedRun | undefined>
  /** CLAIM SOME: runs of these dead incarnations ('' names released ones, without grace and attempt), at most `limit`. */
  claimSome(input: {
    me: string
    dead: string[]
    limit: number
    first: string[]
    leaseMs: number
    graceMs: number
  }): Promise<ClaimedRun[]>
  /** Distinct owners of running runs, with how many each has. For the sweep. */
  owners(): Promise<{ owner: string; runs: number }[]>
  /** SAVE MANY: one transaction. A run that is not in the answer was not saved: read it. */
  save(parts: SavePart[]): Promise<Map<string, { stop: boolean }>>
  /** FIRST SAVE AFTER restart: replaces the stored text of an earlier fence. `text` may be empty. */
  saveAnew(part: Omit<SavePart, 'start'>): Promise<{ stop: boolean } | undefined>
  /** FINALISE: folds the parts into the message. Undefined: not mine, or something else is saved: read. */
  finalise(input: {
    id: string
    fence: number
    saved: number
    status: Exclude<RunRow['status'], 'running'>
    starts: Starts
    meta: MessageMeta
    /** The visible words of the text. */
    said: string
  }): Promise<{ text: string; chatId: string } | undefined>
  /**
   * A database that failed over may have lost acknowledged commits: a live owner writes again what the store no longer
   * knows, with nothing saved. What is there stays as it is. Undefined: it was deleted (a tombstone says so), or its
   * branch has gone on without it.
   */
  writeAnew(remembered: RememberedRun): Promise<RunRow | undefined>
  read(id: string): Promise<RunRow | undefined>
  /** With the text so far (the message's, once ended), and the message's meta. */
  readWithText(id: string): Promise<(ClaimedRun & { meta: MessageMeta }) | undefined>
  /** Sets the column first. Undefined: not there or not this user's (`null` for an administrator). */
  requestStop(id: string, userId: string | null): Promise<RunRow | undefined>
  /** Running runs that the store says this incarnation owns. */
  ownedBy(incarnation: string): Promise<RunRow[]>
  /** Drain: no owner any more, if still mine. */
  release(runs: { id: string; fence: number }[], me: string): Promise<string[]>
  running(query: { userId: string | null; cursor?: string; limit: number }): Promise<Page<RunRow>>
  runningOfUser(userId: string): Promise<number>
  /** What this client id has started before, where it has, and how many answers of this user run: in one statement. */
  beforeStart(userId: string, clientId: string): Promise<{ ids: RunIds | undefined; running: number }>
}
