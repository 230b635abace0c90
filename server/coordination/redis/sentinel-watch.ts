import type { Redis } from 'ioredis'
import { guarded } from '../../base/index.ts'
import type { Logger } from '../../base/index.ts'
import { withoutCommand } from './redis-failure.ts'
import type { RedisAddress, RedisTopology } from './redis-url.ts'

/**
 * Listens to every sentinel for a change of the master. ioredis 6 has this built in (`failoverDetector`), but it ends
 * the client for good when the news comes while it connects, and reports a sentinel that is down on stderr each time.
 * Without it a client stays with the old master for as long as that one answers.
 */
export function watchSentinels(
  topology: RedisTopology & { kind: 'sentinel' },
  options: {
    connect: (address: RedisAddress) => Redis
    /** The master is `address` now. */
    switched: (address: RedisAddress) => void
    logger: Logger
  },
): { close(): void } {
  const clients = topology.sentinels.map((address) => {
    const client = options.connect(address)
    const note = (error: unknown) =>
      options.logger.debug(
        { err: withoutCommand(error), sentinel: `${address.host}:${address.port}` },
        'a sentinel is away',
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

/** Leaves the connection unless it is to the new master already; the client then asks the sentinels again. */
export function leaveOldMaster(client: Redis, master: RedisAddress): void {
  // Only a connection can be left: ioredis would end for good if it were told so while it looks for the master.
  if (client.status !== 'ready' && client.status !== 'connect') return
  const { remoteAddress, remotePort } = client.stream
  if ('remotePort' in client.stream && remoteAddress === master.host && remotePort === master.port) return
  client.disconnect(true)
}
