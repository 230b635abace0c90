import { z } from 'zod'
import { id } from './ids.ts'
import { position, runStartRequest } from './run.ts'
import type { EndStatus, FinishReason, Position, RunError, RunPhase, RunStarted, Usage } from './run.ts'
import type { WireError } from './errors.ts'
import type { ChatSummary, MessageView } from './http/chats.ts'
import type { UserView } from './http/users.ts'

/** Grows when an old page can no longer talk to a new server. A server closes an unknown version with `wrongVersion`. */
export const framesVersion = 1

/** How often each side says something on an open socket, ms; a reader that hears nothing for 8 s connects anew. */
export const timing = {
  pingMs: 20_000,
  followedSilenceMs: 3000,
  reconnectAfterMs: 8000,
  firstRetryMs: 200,
} as const

// ---- client to server -----------------------------------------------------------------------------------------

const ref = z.string().min(1).max(64)

/** Every frame a client may send, by `t`. `hello` comes first. */
export const clientFrames = {
  /** Opens the conversation. `token` only where no cookie can be sent. */
  hello: z.object({
    t: z.literal('hello'),
    v: z.number().int(),
    tab: id,
    token: z.string().max(4096).optional(),
    /** `getOriginProof`: stands in for an origin that a proxy has made unrecognisable by rewriting Host. */
    proof: z.string().max(64).optional(),
    /** The page reads again what an event names (`messageIds`). A page that does not say so gets `gap` instead. */
    rereads: z.boolean().optional(),
  }),
  /** Asks for a run's words from a position on (none: from its start). Asking again moves the position. */
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
 * Things that happened to what a user can see, told to each of their tabs. They name what changed and carry no messages,
 * so that each is small: a tab reads again what it shows. A tab that missed some reads everything again.
 */
export type UserEvent =
  | { name: 'chat.changed'; chat: ChatSummary }
  | { name: 'chat.deleted'; chatId: string }
  | {
      name: 'messages.changed'
      chatId: string
      /** Absent in an event of a server before 0.2, which has whole `messages` instead; now those are always empty. */
      messageIds?: string[]
      messages: MessageView[]
      /** The run that writes one of them: the tab that asked for it knows the messages already. */
      runId?: string
      currentId: string | null
    }
  | { name: 'message.deleted'; chatId: string; messageId: string }
  | { name: 'run.started'; run: RunStarted; tab: string | null }
  | { name: 'run.ended'; chatId: string; messageId: string; runId: string; status: EndStatus }
  | { name: 'models.changed' }
  | { name: 'settings.changed'; revision: string }
  | { name: 'account.changed' }

/** Every frame the server may send, by `t`. A client ignores a frame it does not know. */
export type ServerFrame =
  /** Answers hello. `instance` is the label of the instance, for people. */
  | { t: 'welcome'; v: number; instance: string; version: string; user: UserView }
  | { t: 'reply'; ref: string; ok: true; run?: RunStarted }
  | { t: 'reply'; ref: string; ok: false; error: WireError }
  | { t: 'error'; error: WireError }
  /**
   * The answer to `follow`, and sent again whenever the run's text is not simply continued. Cut the text to `keep`
   * units, then add `text`. `how` says why: `recovered`, nothing was lost; `rewind`, a tail that was never
   * acknowledged is replaced; `reset`, the answer is written anew (`keep` is 0). From then on the run's words carry
   * channel `c`, which is this connection's short name for it.
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
  /** Words of the run on channel `c`: `x` begins at `at` UTF-16 units of its text. `s`: the log's seq, where it grew. */
  | { t: 'w'; c: number; at: number; x: string; s?: number }
  /** Where the run stands: its owner died and another is taking over (`moving`), words are late (`stalled`), or flow (`live`). */
  | { t: 'run.link'; c: number; link: 'moving' | 'moved' | 'stalled' | 'live' }
  /** `place`: how many wait before and including this one, while it is queued here. */
  | { t: 'run.phase'; c: number; phase: RunPhase; place?: number }
  /** The end, as the store has it. `length` is the length of the whole text: a reader that has another follows anew. */
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
  /** The run is not there (any more), or not this user's. */
  | { t: 'run.gone'; runId: string }
  | { t: 'event'; event: UserEvent }
  /** Something may have been missed: read what is on the screen again. */
  | { t: 'gap' }
  | { t: 'ping' }
  | { t: 'pong' }
  /** Close follows; come back after `afterMs`, to any instance. */
  | { t: 'bye'; reason: string; afterMs: number }
