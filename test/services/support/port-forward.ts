import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { join } from 'node:path'
import { killOnExit } from '../../support/kill-on-exit.ts'
import { untilFirstOutput } from './first-output.ts'
import type { Machine } from './network.ts'

/** A port on this machine's loopback address that forwards to an address inside a network, like a published port. */
export interface PortForward extends AsyncDisposable {
  readonly port: number
}

let opened = 0

/** `target` is `host:port` as seen from `machine`. A socket file in `folder` connects the two networks. */
export async function openPortForward(
  machine: Machine,
  target: string,
  folder: string,
): Promise<PortForward> {
  const file = join(folder, `port-forward-${++opened}`)
  const program = join(import.meta.dirname, 'socket-to-port.ts')
  const inside = ['netns', 'exec', machine.namespace, process.execPath, program, file, target]
  const child = spawn('ip', inside, { stdio: ['ignore', 'pipe', 'inherit'] })
  killOnExit(child)
  await untilFirstOutput(child, `cannot reach ${target}`)
  const server = forward(file)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close()
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

function forward(file: string): Server {
  return createServer((near) => connectSockets(near, connect(file)))
}

/** Forwards data in both directions until one side ends. */
export function connectSockets(near: Socket, far: Socket): void {
  near.pipe(far).pipe(near)
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    one.on('error', () => other.destroy())
    one.on('close', () => other.destroy())
  }
}
