import type { ConnectionOptions } from './connection-options.ts'
import { openEvents } from './events-transport.ts'
import { openSocket } from './socket-transport.ts'
import type { Transport } from './transport.ts'
import type { ServerFrame } from '../../protocol/frames.ts'

export interface LinkEvents {
  onWelcome: (frame: Extract<ServerFrame, { t: 'welcome' }>) => void
  onFrame: (frame: ServerFrame) => void
  /** Once. `welcomed`: it had worked before. */
  onLost: (code: number, welcomed: boolean) => void
}

/**
 * Opens one transport and waits for its welcome, at most `welcomeMs`: a proxy that swallows an upgrade closes nothing.
 */
export function openLink(
  kind: Transport['kind'],
  options: ConnectionOptions,
  welcomeMs: number,
  events: LinkEvents,
): Transport {
  let welcomed = false
  const deadline = setTimeout(() => {
    transport.close()
    events.onLost(1006, false)
  }, welcomeMs)
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
      events.onLost(code, welcomed)
    },
  }
  const transport =
    kind === 'socket'
      ? openSocket(options.socketAddress, options.tab, handlers)
      : openEvents(options.eventsAddress, options.tab, options.follows(), handlers)
  return {
    kind,
    send: (frame) => welcomed && transport.send(frame),
    close() {
      clearTimeout(deadline)
      transport.close()
    },
  }
}
