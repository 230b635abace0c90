import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { saysHello, startOpenAi } from '../../test/support/openai-fixture.ts'
import type { HttpFixture } from '../../test/support/http-fixture.ts'
import { fastify } from 'fastify'
import { discardBody } from './discard-body.ts'

let it: HttpFixture
beforeEach(async () => {
  it = await startOpenAi(saysHello)
})
afterEach(() => it.close())

const mebibyte = 1_048_576
const piece = Buffer.alloc(65_536, 120)

interface Received {
  status: number
  connection: string | undefined
  code: string | undefined
}

interface Big {
  path: string
  bytes: number
  chunked: boolean
  agent: Agent
  headers?: Record<string, string>
}

/** Sends a whole body as fast as the server reads it. */
function post({ path, bytes, chunked, agent, headers = {} }: Big): Promise<Received> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port: it.port,
        method: 'POST',
        path,
        agent,
        headers: {
          authorization: 'Bearer user',
          'content-type': 'application/json',
          ...(chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': bytes }),
          ...headers,
        },
      },
      (response) => {
        let text = ''
        response.on('data', (data) => (text += String(data)))
        response.on('error', reject)
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            connection: response.headers.connection,
            code: JSON.parse(text).error?.code,
          }),
        )
      },
    )
    outgoing.on('error', reject)
    let left = bytes
    const write = (): void => {
      while (left > 0) {
        const next = piece.subarray(0, Math.min(left, piece.length))
        left -= next.length
        if (!outgoing.write(next)) return void outgoing.once('drain', write)
      }
      outgoing.end()
    }
    write()
  })
}

describe('C13: a body that is too large', () => {
  test.each([
    [48, '/v1/chat/completions'],
    [8, '/api/chat/completions'],
    [8, '/api/runs'],
    [8, '/api/auth/sign-in'],
  ])('gets its error, and the connection stays open: %i times to %s', async (times, path) => {
    // Connections are reused, because new ones would hide what a reset does to the next request.
    const agent = new Agent({ keepAlive: true, maxSockets: 2 })
    try {
      for (let round = 0; round < times / 4; round++) {
        const responses = await Promise.all(
          [4.5, 7].flatMap((size) =>
            [true, false].map((chunked) => post({ path, bytes: size * mebibyte, chunked, agent })),
          ),
        )
        for (const one of responses)
          expect(one).toEqual({ status: 413, connection: 'keep-alive', code: 'too_large' })
      }
      const after = await post({ path, bytes: 2, chunked: false, agent })
      expect(after.status).toBe(400)
    } finally {
      agent.destroy()
    }
  })

  test.each([
    ['a wrong key', '/v1/chat/completions', { authorization: 'Bearer nobody' }, 401],
    ['an unknown address', '/v1/nothing', {}, 404],
    ['a wrong method', '/v1/models', {}, 405],
    ['another site', '/api/runs', { authorization: '', origin: 'https://evil.example' }, 403],
  ])('%s does not break the connection', async (_, path, headers, status) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    try {
      for (let turn = 0; turn < 2; turn++)
        for (const chunked of [true, false])
          expect(await post({ path, bytes: 5 * mebibyte, chunked, agent, headers })).toMatchObject({
            status,
          })
    } finally {
      agent.destroy()
    }
  })
})

describe('C13: data that is sent after the response', () => {
  test('is read up to a size limit and a deadline, then the connection is closed', async () => {
    const app = fastify()
    const never = { answerWithinMs: 60_000, idleMs: 60_000, answerAfterBytes: Infinity }
    const bounds = { ...never, idleMs: 20, maxBytes: mebibyte, maxMs: 60_000 }
    app.addHook('onRequest', async (incoming, reply) => {
      await discardBody(incoming, reply, { ...bounds, ...(incoming.url === '/slow' ? { maxMs: 50 } : {}) })
      return reply.code(413).send('no')
    })
    app.post('/*', async () => 'never')
    await app.listen({ host: '127.0.0.1', port: 0 })
    const sockets: Socket[] = []
    const start = async (path: string): Promise<Socket> => {
      const socket = connect((app.server.address() as { port: number }).port, '127.0.0.1')
      sockets.push(socket)
      socket.on('error', () => {})
      socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n`)
      await new Promise((resolve) => socket.once('data', resolve))
      return socket
    }
    try {
      const slow = await start('/slow')
      await vi.waitFor(() => expect(slow.destroyed).toBe(true), { timeout: 10_000 })
      const large = await start('/large')
      while (!large.destroyed) {
        large.write(piece)
        await new Promise((resolve) => setImmediate(resolve))
      }
      expect(large.bytesWritten).toBeLessThan(50 * mebibyte)
    } finally {
      for (const socket of sockets) socket.destroy()
      await app.close()
    }
  })
})
