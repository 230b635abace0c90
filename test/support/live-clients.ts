import { expect, vi } from 'vitest'
import type { ServerFrame } from '../../protocol/frames.ts'
import { createLiveClient } from '../../web/live/live-client.ts'
import type { LiveClient, LiveOptions } from '../../web/live/live-client.ts'
import { errorOfReply } from '../../web/api/api-error.ts'
import type { LiveServer } from './live-server.ts'

/** Creates clients of a `LiveServer`. `closeAll` must be called after each test. */
export function liveClients(defaults: Pick<LiveOptions, 'startRun' | 'stopRun'>) {
  const opened: LiveClient[] = []
  return {
    connect: (server: LiveServer, options: Partial<LiveOptions> = {}): LiveClient => {
      const client = createLiveClient({
        socketAddress: server.socketAddress,
        eventsAddress: server.eventsAddress,
        tab: 'tab',
        random: () => 0.1,
        prove: () => Promise.resolve(server.proof ?? null),
        toError: errorOfReply,
        ...defaults,
        ...options,
      })
      opened.push(client)
      client.open()
      return client
    },
    closeAll: (): void => {
      for (const client of opened.splice(0)) client.close()
    },
  }
}

export const isOpen = (client: LiveClient, transport = 'socket'): Promise<unknown> =>
  vi.waitFor(() => expect(client.status()).toMatchObject({ state: 'open', transport }), 5000)

export const seed = { runId: 'r', messageId: 'm', text: 'so far', fence: 3, phase: 'running' } as const

/** The reply to a follow of `seed`: no text was lost, and the text continues after `keep` units. */
export function recovered(
  keep: number,
  text: string,
  position: Extract<ServerFrame, { t: 'run' }>['position'],
): ServerFrame {
  return {
    t: 'run',
    c: 1,
    runId: 'r',
    messageId: 'm',
    how: 'recovered',
    keep,
    text,
    position,
    phase: 'running',
  }
}
