import type { ServerFrame, UserEvent } from '../../protocol/frames.ts'
import type { RunStarted, RunStartRequest } from '../../protocol/run.ts'
import { sleep, systemClock } from '../base/clock.ts'
import { createListeners } from '../base/listeners.ts'
import type { RunSeed } from './followed-run.ts'
import { createFollowedRuns } from './followed-runs.ts'
import { createLiveSocket } from './live-socket.ts'
import type { RunStore } from './run-store.ts'
import type { SocketOptions, SocketStatus } from './socket-options.ts'
import { createStarts } from './starts.ts'
import type { PendingStart, StartsOptions } from './starts.ts'

export interface LiveOptions extends Pick<
  SocketOptions,
  | 'socketAddress'
  | 'eventsAddress'
  | 'tab'
  | 'prove'
  | 'random'
  | 'clock'
  | 'sleep'
  | 'welcomeMs'
  | 'silenceMs'
  | 'probeMs'
  | 'holdMs'
  | 'minPollIntervalMs'
  | 'maxRetryMs'
> {
  /** The HTTP operation, used if there is no socket to send on. */
  startRun: (request: RunStartRequest) => Promise<RunStarted>
  stopRun: (runId: string) => Promise<void>
  toError: StartsOptions['toError']
  /** Longest wait for the reply to a `run.start` or `run.stop` before the request is repeated over HTTP, ms. */
  replyMs?: number
}

export interface LiveClient {
  /** Connects. Call it again after the session has ended and the user has signed in again. */
  open: () => void
  status: () => SocketStatus
  onStatus: (listener: () => void) => () => void
  onEvent: (listener: (event: UserEvent) => void) => () => void
  /** Events may have been missed: all data on the screen has to be read again. */
  onGap: (listener: () => void) => () => void
  start: (request: RunStartRequest) => PendingStart
  /** Resolves once an instance has accepted the stop. The phase is then `stopping` until the run's end arrives. */
  stop: (runId: string) => Promise<void>
  /** Follows a run, starting with the known text. A run can be followed several times; release each follow. */
  follow: (seed: RunSeed) => { run: RunStore; release: () => void }
  /**
   * Retries to connect at once instead of after the pause, or asks the server of an open connection for a sign of life.
   * `doubted`: the connection counts as silent until that has arrived.
   */
  retryNow: (doubted?: boolean) => void
  close: () => void
}

/** Shortest time between two reloads of all data while polling, ms. */
const minReloadIntervalMs = 5000

/** The client of the live connection: followed runs, events, starts and stops. One per tab. */
export function createLiveClient(options: LiveOptions): LiveClient {
  const { clock = systemClock } = options
  const statusChanged = createListeners()
  const eventHappened = createListeners<[UserEvent]>()
  const gapHappened = createListeners()

  let gapAt = -Infinity
  const gap = (): void => {
    gapAt = clock.monotonic()
    gapHappened.notify()
  }

  const socket = createLiveSocket({
    ...options,
    follows: () => runs.follows(),
    onFrame: (frame) => receive(frame),
    onStatus(status) {
      if (status.state === 'waiting') starts.connectionLost()
      statusChanged.notify()
    },
  })
  const { send } = socket
  const runs = createFollowedRuns({ send, onChanged: socket.followsChanged, onLost: gap })
  const starts = createStarts({ replyMs: 6000, sleep, ...options, send })

  const welcome = (): void => {
    runs.connectionOpened()
    const status = socket.status()
    const isPolling = status.state === 'open' && status.transport === 'polls'
    // Events can also be missed between two polls, but that time is short: not every poll reloads all data.
    if (isPolling && clock.monotonic() - gapAt < minReloadIntervalMs) return
    // The server does not repeat events from the time without a connection, or from before the first connection.
    gap()
  }

  const receive = (frame: ServerFrame): void => {
    switch (frame.t) {
      case 'welcome':
        return welcome()
      case 'reply':
        return starts.reply(frame)
      case 'run':
      case 'w':
      case 'run.link':
      case 'run.phase':
      case 'run.end':
        return runs.receive(frame)
      case 'run.gone':
        runs.receive(frame)
        return gap()
      case 'event':
        return eventHappened.notify(frame.event)
      case 'gap':
        return gap()
      case 'error':
        // The server refused one of our frames: a bug in the page that the user cannot do anything about.
        console.error('The server refused a frame', frame.error)
        return
      case 'ping':
      case 'pong':
      case 'bye':
        return
    }
  }

  return {
    open: socket.open,
    status: socket.status,
    onStatus: statusChanged.add,
    onEvent: eventHappened.add,
    onGap: gapHappened.add,
    start: starts.start,
    stop: starts.stop,
    follow: runs.follow,
    retryNow: socket.retryNow,
    close: socket.close,
  }
}
