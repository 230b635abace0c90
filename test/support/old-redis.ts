import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { Transform } from 'node:stream'

export interface OldRedis extends AsyncDisposable {
  readonly port: number
  /** Makes it report its real version. All connections end, as in a real upgrade. */
  upgrade(): void
}

/** Starts a proxy to a real Redis that replaces the version in replies to INFO and HELLO with 6.2. */
export async function startOldRedis(port: number): Promise<OldRedis> {
  let old = true
  const sockets = new Set<Socket>()
  const disguise = (): Transform =>
    new Transform({
      transform(chunk: Buffer, _encoding, done) {
        // The replacement has the same length, because replies contain their length.
        const text = chunk.toString('latin1')
        const said = text.replace(/(redis_version:|version\r\n\$\d+\r\n)7\.\d(\.\d+)/, '$16.2$2')
        done(null, old ? Buffer.from(said, 'latin1') : chunk)
      },
    })
  const proxy = createServer((client) => {
    const server = connect(port, '127.0.0.1')
    client.pipe(server)
    server.pipe(disguise()).pipe(client)
    for (const socket of [client, server]) {
      sockets.add(socket)
      const end = (): void => {
        sockets.delete(socket)
        client.destroy()
        server.destroy()
      }
      socket.on('error', end)
      socket.on('close', end)
    }
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const cut = (): void => sockets.forEach((socket) => void socket.destroy())
  return {
    port: (proxy.address() as AddressInfo).port,
    upgrade() {
      old = false
      cut()
    },
    async [Symbol.asyncDispose]() {
      cut()
      proxy.close()
    },
  }
}
