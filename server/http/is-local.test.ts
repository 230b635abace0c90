import { createServer, request } from 'node:http'
import type { OutgoingHttpHeaders, Server } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isLocal } from './is-local.ts'

let server: Server
let port: number
beforeAll(async () => {
  server = createServer((incoming, response) => response.end(String(isLocal(incoming))))
  await new Promise<void>((resolve) => server.listen(0, '::', resolve))
  ;({ port } = server.address() as AddressInfo)
})
afterAll(() => server.close())

function ask(headers: OutgoingHttpHeaders = {}, host = '127.0.0.1'): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host, port, headers, agent: false }, (response) => {
      response.setEncoding('utf8')
      let text = ''
      response.on('data', (piece: string) => (text += piece)).on('end', () => resolve(text))
    })
    outgoing.on('error', reject).end()
  })
}

test.each<[string, OutgoingHttpHeaders]>([
  ['127.0.0.1', {}],
  ['localhost', { host: 'localhost:8080' }],
  ['::1', { host: '[::1]:8080' }],
  ['a page of localhost', { host: 'localhost:8080', origin: 'http://localhost:8080' }],
])('S23: local: %s', async (_, headers) => {
  expect(await ask(headers)).toBe('true')
})

test.each<[string, OutgoingHttpHeaders]>([
  ['a rebound name', { host: 'evil.example:8080' }],
  ['a name that begins alike', { host: 'localhost.evil.example' }],
  ['an address that begins alike', { host: '127.0.0.1.evil.example' }],
  ['an invalid host', { host: '@localhost/' }],
  ['a page of another site', { host: 'localhost:8080', origin: 'https://chat.example.com' }],
  ['a sandboxed page', { host: 'localhost:8080', origin: 'null' }],
  ['a proxy', { 'x-forwarded-for': '203.0.113.9' }],
  ['a proxy that claims the loopback', { 'x-forwarded-for': '127.0.0.1' }],
  ['a proxy that reports only the scheme', { 'x-forwarded-proto': 'https' }],
  ['RFC 7239', { forwarded: 'for=127.0.0.1' }],
  ['Via', { via: '1.1 proxy' }],
  ['X-Real-IP', { 'x-real-ip': '203.0.113.9' }],
])('S23: not local: %s', async (_, headers) => {
  expect(await ask(headers)).toBe('false')
})

test('S23: not local: a proxy that adds no headers and uses HTTP/1.0, as nginx does by default', async () => {
  const socket = connect(port, '127.0.0.1')
  socket.setEncoding('utf8')
  socket.write(`GET / HTTP/1.0\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`)
  let text = ''
  for await (const piece of socket) text += String(piece)
  expect(text.split('\r\n\r\n')[1]).toBe('false')
})

const outer = Object.values(networkInterfaces())
  .flat()
  .find((it) => it?.family === 'IPv4' && !it.internal)?.address

test.skipIf(outer === undefined)('S23: not local: another network', async () => {
  expect(await ask({ host: 'localhost' }, outer)).toBe('false')
})
