import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyReply } from 'fastify'
import { expect, onTestFinished, test, vi } from 'vitest'
import { silentLogger } from '../base/index.ts'
import { EventStream } from './event-stream.ts'

test('a keep-alive comment that cannot be written is logged and closes the connection, and the process keeps running', async () => {
  const error = vi.fn()
  const server = createServer((_request, response) => {
    const reply = { raw: response, headers: () => {} } as unknown as FastifyReply
    const stream = new EventStream(reply, {
      hijack: () => {
        throw new Error('no headers can be written')
      },
      signal: new AbortController().signal,
      pingMs: 10,
      logger: { ...silentLogger, error },
    })
    response.once('close', () => stream.end())
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed')
  expect(error.mock.calls[0]).toMatchObject([{ event: 'ping of a stream' }, 'an event handler failed'])
})
