import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** Stands between a client and a server on loopback, and loses what is between them, as networks do. */
export interface LossyProxy {
  readonly port: number
  /** Ends every connection there is. New ones get through. */
  cut(): void
  /** Those there are stay open and carry nothing any more. New ones get through. */
  freeze(): void
  stop(): void
}

export interface LossyProxyOptions {
  host: string
  port: number
  /** Each connection is cut after so long, ms, whatever it carries. */
  lifeMs?: number
}

export async function startLossyProxy({ lifeMs, ...target }: LossyProxyOptions): Promise<LossyProxy> {
  const sockets = new Set<Socket>()
  const proxy = createServer((near) => {
    const far = connect(target.port, target.host)
    const over = lifeMs === undefined ? undefined : setTimeout(() => near.destroy(), lifeMs)
    near.on('close', () => clearTimeout(over))
    for (const [from, to] of [
      [near, far],
      [far, near],
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
