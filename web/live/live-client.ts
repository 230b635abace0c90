import type { ServerFrame, UserEvent } from '../../protocol/frames.ts'
import type { RunStarted, RunStartRequest } from '../../protocol/run.ts'
import type { ConnectionStatus, ConnectionOptions } from './connection-options.ts'
import { createConnection } from './connection.ts'
import type { RunSeed } from './followed-run.ts'
import { createRunStore } from './run-store.ts'
import type { RunStore, WritableRunStore } from './run-store.ts'
import { createStarts } from './starts.ts'
import type { PendingStart, StartsOptions } from './starts.ts'

export interface LiveOptions extends Pick<
  ConnectionOptions,
  | 'socketAddress'
  | 'eventsAddress'
  | 'tab'
  | 'prove'
  | 'random'
  | 'welcomeMs'
  | 'silenceMs'
  | 'probeMs'
  | 'holdMs'
  | 'paceMs'
  | 'maxRetryMs'
> {
  /** The HTTP operations, for when there is no socket to send on. */
  startRun: (request: RunStartRequest) => Promise<RunStarted>
  stopRun: (runId: string) => Promise<void>
  toError: StartsOptions['toError']
  /** Longest wait for the reply to a `run.start` before it is asked again over HTTP, ms. */
  replyMs?: number
}

export interface LiveClient {
  /** Connects; called again after the session has ended and another has begun. */
  open: () => void
  status: () => ConnectionStatus
  onStatus: (listener: () => void) => () => void
  onEvent: (listener: (event: UserEvent) => void) => () => void
  /** Something may have been missed: whatever is on the screen has to be read again. */
  onGap: (listener: () => void) => () => void
  start: (request: RunStartRequest) => PendingStart
  /** Resolves once an instance has taken it; the run's phase says `stopping`, its end says when it has. */
  stop: (runId: string) => Promise<void>
  /** The run's text, from what is known of it on. Follow as often as you like; release each. */
  follow: (seed: RunSeed) => { run: RunStore; release: () => void }
  hurry: () => void
  close: () => void
}

interface Following {
  store: WritableRunStore
  holders: number
  /** Consecutive times that it had to be followed again without progress. */
  again: number
}

/** After so many fruitless follows the chat is read over HTTP instead. */
const mostFollows = 4
/** Shortest time between two readings of everything while polls serve, ms. */
const gapOfPollsMs = 5000

/** The page's end of the live connection: runs by id, events, starts and stops. One per tab. */
export function createLiveClient(options: LiveOptions): LiveClient {
  const following = new Map<string, Following>()
  let channels = new Map<number, string>()
  const statusListeners = new Set<() => void>()
  const eventListeners = new Set<(event: UserEvent) => void>()
  const gapListeners = new Set<() => void>()

  let gapAt = -Infinity
  const gap = (): void => {
    gapAt = performance.now()
    for (const listener of gapListeners) listener()
  }
  const open = (): [string, Following][] => [...following].filter(([, it]) => !ended(it))

  const connection = createConnection({
    ...options,
    follows: () => open().map(([runId, it]) => ({ runId, position: it.store.get().position })),
    onFrame: (frame) => take(frame),
    onStatus(status) {
      if (status.link === 'waiting') starts.linkLost()
      for (const listener of statusListeners) listener()
    },
  })

  const starts = createStarts({ replyMs: 6000, ...options, send: (frame) => connection.send(frame) })

  const sendFollow = (runId: string, { store }: Following): void => {
    connection.send({ t: 'follow', runId, position: store.get().position })
  }

  const welcome = (): void => {
    channels = new Map()
    for (const [runId, it] of open()) sendFollow(runId, it)
    // Between two polls is such a moment as well, but a short one: they do not read everything again each time.
    if (connection.status().transport === 'polls' && performance.now() - gapAt < gapOfPollsMs) return
    // Events told while there was no link are not told again; what was read before the first one may be old as well.
    gap()
  }

  const takeRunFrame = (runId: string, frame: Parameters<WritableRunStore['take']>[0]): void => {
    const it = following.get(runId)
    if (!it) return
    const before = it.store.get().text.length
    const again = it.store.take(frame)
    if (it.store.get().text.length !== before) it.again = 0
    if (!again) {
      if (ended(it)) connection.followsChanged()
      return
    }
    if (++it.again > mostFollows) return gap()
    if (connection.status().transport === 'socket') sendFollow(runId, it)
    else connection.followsChanged()
  }

  const take = (frame: ServerFrame): void => {
    switch (frame.t) {
      case 'welcome':
        return welcome()
      case 'reply':
        return starts.reply(frame)
      case 'run':
        channels.set(frame.c, frame.runId)
        return takeRunFrame(frame.runId, frame)
      case 'w':
      case 'run.link':
      case 'run.phase': {
        const runId = channels.get(frame.c)
        return runId === undefined ? undefined : takeRunFrame(runId, frame)
      }
      case 'run.end':
        return takeRunFrame(frame.runId, frame)
      case 'run.gone':
        takeRunFrame(frame.runId, frame)
        return gap()
      case 'event':
        for (const listener of eventListeners) listener(frame.event)
        return
      case 'gap':
        return gap()
      case 'error':
        // A frame of ours was refused: a bug here, and nothing a person could do about it.
        console.error('The server refused a frame', frame.error)
        return
      case 'ping':
      case 'pong':
      case 'bye':
        return
    }
  }

  const listen = <T>(set: Set<T>, listener: T): (() => void) => {
    set.add(listener)
    return () => void set.delete(listener)
  }

  return {
    open: connection.open,
    status: connection.status,
    onStatus: (listener) => listen(statusListeners, listener),
    onEvent: (listener) => listen(eventListeners, listener),
    onGap: (listener) => listen(gapListeners, listener),
    start: starts.start,
    stop: starts.stop,
    follow(seed) {
      const it = following.get(seed.runId) ?? { store: createRunStore(seed), holders: 0, again: 0 }
      it.holders++
      if (!following.has(seed.runId)) {
        following.set(seed.runId, it)
        sendFollow(seed.runId, it)
        connection.followsChanged()
      }
      let released = false
      return {
        run: it.store,
        release() {
          if (released) return
          released = true
          if (--it.holders > 0) return
          following.delete(seed.runId)
          if (!ended(it)) connection.send({ t: 'unfollow', runId: seed.runId })
          connection.followsChanged()
        },
      }
    },
    hurry: connection.hurry,
    close: connection.close,
  }
}

function ended({ store }: Following): boolean {
  const { end, gone } = store.get()
  return end !== null || gone
}
