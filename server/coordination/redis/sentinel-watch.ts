import type { Redis } from 'ioredis'
import { guarded } from '../../base/index.ts'
import type { Logger } from '../../base/index.ts'
import { withoutCommand } from './redis-failure.ts'
import type { RedisAddress, RedisTopology } from './redis-url.ts'

/**
 * Subscribes to changes of the master at every sentinel. Otherwise a client would stay connected to the old master for
 * as long as that replies. `failoverDetector` of ioredis 6 does the same, but it ends the client for good if the
 * message arrives while the client is connecting, and writes to stderr for each attempt to reach a sentinel that is
 * down.
 */
export function watchSentinels(
  topology: RedisTopology & { kind: 'sentinel' },
  options: {
    connect: (address: RedisAddress) => Redis
    /** Called when `address` has become the master. */
    switched: (address: RedisAddress) => void
    logger: Logger
  },
): { close(): void } {
  const clients = topology.sentinels.map((address) => {
    const client = options.connect(address)
    const note = (error: unknown) =>
      options.logger.debug(
        { err: withoutCommand(error), sentinel: `${address.host}:${address.port}` },
        'a sentinel is unreachable',
      )
    client.on('error', note)
    const where = { logger: options.logger, event: 'message of a sentinel' }
    const subscribe = guarded(where, () => client.subscribe('+switch-master').catch(note))
    const message = guarded(where, (_channel: string, text: string) => {
      const [name, , , host = '', port = ''] = text.split(' ')
      if (name === topology.master) options.switched({ host, port: Number(port) })
    })
    client.on('ready', subscribe)
    client.on('message', message)
    return client
  })
  return { close: () => clients.forEach((client) => client.disconnect()) }
}

/** Closes the connection unless it is to the new master. The client then queries the sentinels and reconnects. */
export function leaveOldMaster(client: Redis, master: RedisAddress): void {
  // Only if connected: ioredis ends a client for good if it is disconnected while it searches for the master.
  if (client.status !== 'ready' && client.status !== 'connect') return
  const { remoteAddress, remotePort } = client.stream
  if ('remotePort' in client.stream && remoteAddress === master.host && remotePort === master.port) return
  client.disconnect(true)
}
