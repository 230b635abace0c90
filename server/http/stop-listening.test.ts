import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { nextTick } from 'node:process'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../base/index.ts'
import { stopListening } from './stop-listening.ts'

const server = createServer((_request, response) => void response.end('served'))
const request = 'POST / HTTP/1.1\r\nHost: shoal\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'

beforeEach(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)))
afterEach(() => server.closeAllConnections())

/** Sends a request on a new connection. Resolves with the response, or the code of the error. */
function post(port: number): Promise<string> {
  return new Promise((resolve) => {
    let response = ''
    const socket = connect({ port, host: '127.0.0.1' })
    socket.setEncoding('utf8').on('data', (text: string) => void (response += text))
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    socket.on('close', () => resolve(response))
    socket.write(request)
  })
}

test('connections that the kernel has completed are served, and later ones are refused', async () => {
  const { port } = server.address() as AddressInfo
  const posts = Array.from({ length: 20 }, () => post(port))
  // The kernel has completed these connections, but the server has not accepted them yet.
  await promisify(nextTick)()
  await stopListening(server, systemClock)
  for (const response of await Promise.all(posts)) expect(response).toMatch(/^HTTP\/1.1 200 OK[^]*served$/)
  expect(await post(port)).toBe('ECONNREFUSED')
})
