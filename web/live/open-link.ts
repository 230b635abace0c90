import type { Loss } from './transport-choice.ts'
import { runAfter } from '../base/clock.ts'
import type { Clock, Sleep } from '../base/clock.ts'
import { openEvents } from './events-transport.ts'
import { openPolls } from './polls-transport.ts'
import type { PageProof } from './page-proof.ts'
import type { SocketOptions } from './socket-options.ts'
import { openSocket } from './socket-transport.ts'
import type { Transport, TransportEvents } from './transport.ts'
import type { ServerFrame } from '../../protocol/frames.ts'

export interface LinkEvents {
  onWelcome: () => void
  onFrame: (frame: ServerFrame) => void
  /** Called once. `welcomed`: the connection had received its welcome. */
  onLost: (code: number, how: Loss, welcomed: boolean) => void
}

export interface LinkOptions extends SocketOptions {
  welcomeMs: number
  proof: PageProof
  clock: Pick<Clock, 'monotonic'>
  sleep: Sleep
}

/**
 * Opens one transport and waits at most `welcomeMs` for its welcome, because a proxy that swallows an upgrade leaves
 * the connection open.
 */
export function openLink(kind: Transport['kind'], options: LinkOptions, events: LinkEvents): Transport {
  let welcomed = false
  const cancelDeadline = runAfter(options.sleep, options.welcomeMs, () => {
    transport.close()
    events.onLost(1006, 'no welcome', false)
  })
  const handlers = {
    onFrame(frame: ServerFrame): void {
      if (frame.t === 'welcome' && !welcomed) {
        welcomed = true
        cancelDeadline()
        events.onWelcome()
      }
      events.onFrame(frame)
    },
    onClosed(code: number): void {
      cancelDeadline()
      events.onLost(code, 'closed', welcomed)
    },
  }
  const transport = openTransport(kind, options, handlers)
  return {
    kind,
    send: (frame) => welcomed && transport.send(frame),
    close() {
      cancelDeadline()
      transport.close()
    },
  }
}

function openTransport(kind: Transport['kind'], options: LinkOptions, handlers: TransportEvents): Transport {
  const { socketAddress, eventsAddress: address, tab, follows, proof, clock, sleep } = options
  const { holdMs = 10_000, minPollIntervalMs = 500 } = options
  switch (kind) {
    case 'socket':
      return openSocket(socketAddress, { tab, proof }, handlers)
    case 'events':
      return openEvents({ address, tab, follows: follows() }, handlers)
    case 'polls':
      return openPolls({ address, tab, follows, holdMs, minPollIntervalMs, clock, sleep }, handlers)
  }
}
