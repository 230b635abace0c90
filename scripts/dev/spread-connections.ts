import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { once } from 'node:events'

/** A minimal load balancer: forwards connections to the ports in turn, and skips ports that refuse them. */
export async function spreadConnections(ports: number[]): Promise<{ port: number; close(): void }> {
  let next = 0
  const open = new Set<Socket>()
  const server = createServer((client) => {
    open.add(client)
    client.once('close', () => open.delete(client)).on('error', () => {})
    const first = next++
    const inTurn = ports.map((_, index) => ports[(first + index) % ports.length]!)
    forward(client, inTurn)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the load balancer has no port')
  return {
    port: address.port,
    close() {
      server.close()
      for (const client of open) client.destroy()
    },
  }
}

/** Connects to the first port that accepts; a restarting instance refuses connections. */
function forward(client: Socket, [port, ...others]: number[]): void {
  if (port === undefined) return void client.destroy()
  const upstream = connect(port, '127.0.0.1')
  upstream.once('connect', () => {
    upstream.removeAllListeners('error').on('error', () => client.destroy())
    client.pipe(upstream).pipe(client)
    client.once('close', () => upstream.destroy())
  })
  upstream.once('error', () => forward(client, others))
}
