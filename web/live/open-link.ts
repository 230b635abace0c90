import type { Loss } from './choose-transport.ts'
import type { ConnectionOptions } from './connection-options.ts'
import { openEvents } from './events-transport.ts'
import { openPolls } from './polls-transport.ts'
import type { PageProof } from './page-proof.ts'
import { openSocket } from './socket-transport.ts'
import type { Transport, TransportEvents } from './transport.ts'
import type { ServerFrame } from '../../protocol/frames.ts'

export interface LinkEvents {
  onWelcome: (frame: Extract<ServerFrame, { t: 'welcome' }>) => void
  onFrame: (frame: ServerFrame) => void
  /** Once. `welcomed`: it had worked before. */
  onLost: (code: number, how: Loss, welcomed: boolean) => void
}

/**
 * Opens one transport and waits for its welcome, at most `welcomeMs`: a proxy that swallows an upgrade closes nothing.
 */
export function openLink(
  kind: Transport['kind'],
  options: ConnectionOptions & { welcomeMs: number; proof: PageProof },
  events: LinkEvents,
): Transport {
  let welcomed = false
  const deadline = setTimeout(() => {
    transport.close()
    events.onLost(1006, 'no welcome', false)
  }, options.welcomeMs)
  const handlers = {
    onFrame(frame: ServerFrame): void {
      if (frame.t === 'welcome' && !welcomed) {
        welcomed = true
        clearTimeout(deadline)
        events.onWelcome(frame)
      }
      events.onFrame(frame)
    },
    onClosed(code: number): void {
      clearTimeout(deadline)
      events.onLost(code, 'closed', welcomed)
    },
  }
  const transport = openTransport(kind, options, handlers)
  return {
    kind,
    send: (frame) => welcomed && transport.send(frame),
    close() {
      clearTimeout(deadline)
      transport.close()
    },
  }
}

function openTransport(
  kind: Transport['kind'],
  options: ConnectionOptions & { proof: PageProof },
  handlers: TransportEvents,
): Transport {
  const { socketAddress, eventsAddress: address, tab, follows, proof } = options
  const { holdMs = 10_000, paceMs = 500 } = options
  switch (kind) {
    case 'socket':
      return openSocket(socketAddress, { tab, proof }, handlers)
    case 'events':
      return openEvents({ address, tab, follows: follows() }, handlers)
    case 'polls':
      return openPolls({ address, tab, follows, holdMs, paceMs }, handlers)
  }
}
