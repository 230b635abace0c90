import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** A TCP proxy on loopback that can lose connections or their data, like a network. */
export interface LossyProxy {
  readonly port: number
  /** Ends all open connections. New connections work. */
  cut(): void
  /** Open connections stay open but no longer transmit anything. New connections work. */
  freeze(): void
  stop(): void
}

export interface LossyProxyOptions {
  host: string
  port: number
  /** Each connection is ended after this time, ms. */
  lifeMs?: number
}

export async function startLossyProxy({ lifeMs, ...target }: LossyProxyOptions): Promise<LossyProxy> {
  const sockets = new Set<Socket>()
  const proxy = createServer((client) => {
    const server = connect(target.port, target.host)
    const over = lifeMs === undefined ? undefined : setTimeout(() => client.destroy(), lifeMs)
    client.on('close', () => clearTimeout(over))
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(from)
      from.pipe(to)
      from.on('error', () => to.destroy())
      from.on('close', () => {
        to.destroy()
        sockets.delete(from)
      })
    }
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (proxy.address() as AddressInfo).port,
    cut,
    freeze: () => {
      for (const socket of sockets) socket.unpipe().pause()
    },
    stop: () => {
      cut()
      proxy.close()
    },
  }
}
