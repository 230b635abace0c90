import type { TestRedis } from '../../test/support/redis-server.ts'
import { startTcpProxy } from './tcp-proxy.ts'
import type { TcpProxy } from './tcp-proxy.ts'

/** The connections of one instance to its services, each through a proxy that can cut it. */
export interface Links {
  redis: TcpProxy | undefined
  postgres: TcpProxy
}

export async function startLinks(databaseUrl: string, redis: TestRedis | undefined): Promise<Links> {
  const [server] = redis?.servers ?? []
  return {
    postgres: await startTcpProxy({ host: '127.0.0.1', port: Number(new URL(databaseUrl).port) }),
    redis: server ? await startTcpProxy({ host: '127.0.0.1', port: server.port }) : undefined,
  }
}
