import { z } from 'zod'
import { id } from './ids.ts'
import { position, runStartRequest } from './run.ts'
import type { EndStatus, FinishReason, Position, RunError, RunPhase, RunStarted, Usage } from './run.ts'
import type { WireError } from './errors.ts'
import type { ChatSummary, MessageView } from './http/chats.ts'
import type { UserView } from './http/users.ts'

/**
 * Increased when an old page can no longer talk to a new server. The server closes unknown versions as `wrongVersion`.
 */
export const framesVersion = 1

/** How often each side sends something on an open socket, ms. A page that receives nothing for 8 s reconnects. */
export const timing = {
  pingMs: 20_000,
  followedSilenceMs: 3000,
  reconnectAfterMs: 8000,
  firstRetryMs: 200,
} as const

// ---- client to server -----------------------------------------------------------------------------------------

const ref = z.string().min(1).max(64)

/** Every frame that a client may send, by `t`. The first one is `hello`. */
export const clientFrames = {
  /** Opens the connection. `token` is only for clients that cannot send a cookie. */
  hello: z.object({
    t: z.literal('hello'),
    v: z.number().int(),
    tab: id,
    token: z.string().max(4096).optional(),
    /** From `getOriginProof`: replaces the check of the origin if a proxy has rewritten Host. */
    proof: z.string().max(64).optional(),
    /** The page reads the messages that an event names (`messageIds`). Pages that do not set this get `gap` instead. */
    rereads: z.boolean().optional(),
  }),
  /** Requests a run's text from a position on (none: from its start). A second request starts from its own position. */
  follow: z.object({ t: z.literal('follow'), runId: id, position: position.optional() }),
  unfollow: z.object({ t: z.literal('unfollow'), runId: id }),
  'run.start': z.object({ t: z.literal('run.start'), ref, run: runStartRequest }),
  'run.stop': z.object({ t: z.literal('run.stop'), ref, runId: id }),
  ping: z.object({ t: z.literal('ping') }),
} as const

export type ClientFrameName = keyof typeof clientFrames
export type ClientFrame = { [K in ClientFrameName]: z.infer<(typeof clientFrames)[K]> }[ClientFrameName]
export type ClientFrameOf<K extends ClientFrameName> = z.infer<(typeof clientFrames)[K]>

// ---- server to client -----------------------------------------------------------------------------------------

/**
 * Changes of data that a user can see, sent to each of the user's tabs. Events name what has changed and carry no
 * messages, so that they are small: a tab reads what it shows. A tab that missed events refreshes everything.
 */
export type UserEvent =
  | { name: 'chat.changed'; chat: ChatSummary }
  | { name: 'chat.deleted'; chatId: string }
  | { name: 'chats.changed'; chats: ChatSummary[] }
  | { name: 'chats.deleted'; chatIds: string[] }
  /** A folder was created, renamed or deleted. `moved`: its chats are now in the folder `to`; null: in no folder. */
  | { name: 'folders.changed'; moved?: { from: string; to: string | null } }
  | {
      name: 'messages.changed'
      chatId: string
      /**
       * Absent in events of a server before 0.2, which have whole `messages` instead. Now `messages` is always empty.
       */
      messageIds?: string[]
      messages: MessageView[]
      /** The run that writes one of the messages: the tab that started it already has them. */
      runId?: string
      currentId: string | null
    }
  | { name: 'message.deleted'; chatId: string; messageId: string }
  | { name: 'run.started'; run: RunStarted; tab: string | null }
  | { name: 'run.ended'; chatId: string; messageId: string; runId: string; status: EndStatus }
  | { name: 'models.changed' }
  | { name: 'settings.changed'; revision: string }
  | { name: 'account.changed' }
  /** Only for administrators: accounts were created or changed, or a connection began or ceased to fail. */
  | { name: 'administration.changed' }

/** Every frame that the server may send, by `t`. A client ignores frames that it does not know. */
export type ServerFrame =
  /** The reply to `hello`. `instance` is the label of the instance, to be shown to users. */
  | { t: 'welcome'; v: number; instance: string; version: string; user: UserView }
  | { t: 'reply'; ref: string; ok: true; run?: RunStarted }
  | { t: 'reply'; ref: string; ok: false; error: WireError }
  | { t: 'error'; error: WireError }
  /**
   * The reply to `follow`, sent again whenever the run's text does not simply continue. The client cuts its text to
   * `keep` units and appends `text`. `how` gives the reason: `recovered`, nothing was lost; `rewind`, unacknowledged
   * text at the end is replaced; `reset`, the answer is regenerated (`keep` is 0). From then on the run's text has the
   * channel `c`, which identifies the run on this connection.
   */
  | {
      t: 'run'
      c: number
      runId: string
      messageId: string
      how: 'recovered' | 'rewind' | 'reset'
      keep: number
      text: string
      position: Position
      phase: RunPhase
    }
  /**
   * Text of the run on channel `c`: `x` begins at `at` UTF-16 units of the answer. `s`: the log's seq, if it has one.
   */
  | { t: 'w'; c: number; at: number; x: string; s?: number }
  /**
   * `moving`: a new owner is taking over. `moved`: it has taken over. `stalled`: text is delayed. `live`: it flows
   * again.
   */
  | { t: 'run.link'; c: number; link: 'moving' | 'moved' | 'stalled' | 'live' }
  /** `place`: the position in the queue of the instance, from 1, while the run waits there. */
  | { t: 'run.phase'; c: number; phase: RunPhase; place?: number }
  /** The stored end. `length` is the length of the whole text: a client whose text has another length follows again. */
  | {
      t: 'run.end'
      c: number
      runId: string
      messageId: string
      status: EndStatus
      length: number
      fence: number
      usage?: Usage
      error?: RunError
      finishReason?: FinishReason
      reasoningMs?: number
    }
  /** The run does not exist (any more), or is not this user's. */
  | { t: 'run.gone'; runId: string }
  | { t: 'event'; event: UserEvent }
  /** The client may have missed events: it refreshes what is on the screen. */
  | { t: 'gap' }
  | { t: 'ping' }
  | { t: 'pong' }
  /** The server is about to close the socket. The client reconnects after `afterMs`, to any instance. */
  | { t: 'bye'; reason: string; afterMs: number }
