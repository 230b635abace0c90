import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'

/**
 * Free ports of loopback, each returned only once until this process ends, also to tests in other processes: between
 * this check and the start of the server that uses the port, a second test could otherwise find the same port free. For
 * Redis Cluster's bus, port + `spare` must be free, too.
 */
export async function freePorts(count: number, spare = 0): Promise<number[]> {
  const ports: number[] = []
  while (ports.length < count) {
    const port = await onePort()
    if (port + spare > 65_535) continue
    if (spare > 0 && !(await isFree(port + spare))) continue
    if (await reserve(port)) ports.push(port)
  }
  return ports
}

export async function freePort(): Promise<number> {
  const [port] = await freePorts(1)
  if (port === undefined) throw new Error('no port is free')
  return port
}

async function onePort(): Promise<number> {
  // Below the range that the kernel uses for outgoing connections, so that no such connection can take the port.
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 20_000)
    if (await isFree(port)) return port
  }
}

/** A name in Linux's abstract socket namespace: only one process can hold it, and it is freed when that process ends. */
function reserve(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const holder = createServer()
    holder.once('error', () => resolve(false))
    holder.listen(`\0shoal-test-port-${port}`, () => resolve(true)).unref()
  })
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => {
      const { port: bound } = server.address() as AddressInfo
      server.close(() => resolve(bound === port))
    })
  })
}
