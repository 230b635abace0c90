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
  status: () => SocketStatus
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

/** Shortest time between two readings of everything while polls serve, ms. */
const gapOfPollsMs = 5000

/** The page's end of the live connection: runs by id, events, starts and stops. One per tab. */
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
    onFrame: (frame) => take(frame),
    onStatus(status) {
      if (status.state === 'waiting') starts.linkLost()
      statusChanged.notify()
    },
  })
  const { send } = socket
  const runs = createFollowedRuns({ send, onChanged: socket.followsChanged, onLost: gap })
  const starts = createStarts({ replyMs: 6000, sleep, ...options, send })

  const welcome = (): void => {
    runs.linkOpened()
    const status = socket.status()
    const byPolls = status.state === 'open' && status.transport === 'polls'
    // Between two polls is such a moment as well, but a short one: they do not read everything again each time.
    if (byPolls && clock.monotonic() - gapAt < gapOfPollsMs) return
    // Events told while there was no link are not told again; what was read before the first one may be old as well.
    gap()
  }

  const take = (frame: ServerFrame): void => {
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
        return runs.take(frame)
      case 'run.gone':
        runs.take(frame)
        return gap()
      case 'event':
        return eventHappened.notify(frame.event)
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

  return {
    open: socket.open,
    status: socket.status,
    onStatus: statusChanged.add,
    onEvent: eventHappened.add,
    onGap: gapHappened.add,
    start: starts.start,
    stop: starts.stop,
    follow: runs.follow,
    hurry: socket.hurry,
    close: socket.close,
  }
}
