import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { call } from './call.ts'
import { fetchOnce, fetchHedged } from './fetch-hedged.ts'

const stack: (() => void)[] = []
afterEach(() => {
  for (const stop of stack.splice(0)) stop()
  vi.unstubAllGlobals()
})

type Answer = (request: IncomingMessage, response: ServerResponse) => void
const silent: Answer = () => {}
const whole: Answer = (_, response) => void response.end('{"whole":true}')

/** A server that gives the nth of these answers to the nth request, and records received and aborted requests. */
async function serve(
  ...answers: Answer[]
): Promise<{ url: string; received: string[]; ended: () => number }> {
  const received: string[] = []
  let ended = 0
  const server = createServer((request, response) => {
    response.once('close', () => void (response.writableFinished || ended++))
    const answer = answers[received.length] ?? silent
    received.push(request.method ?? '')
    answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  stack.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, ended: () => ended }
}

const init = (ms = 10_000): { signal: AbortSignal } => ({ signal: AbortSignal.timeout(ms) })
const pauses = [50, 50]

describe('O5: a read without a response', () => {
  test('is sent again, and the first request is aborted', async () => {
    const { url, received, ended } = await serve(silent, whole)
    const answer = await fetchHedged(url, init(), [50, 10_000])
    expect(answer).toMatchObject({ status: 200, text: '{"whole":true}' })
    expect(received).toHaveLength(2)
    await expect.poll(ended).toBe(1)
  })

  test('is sent at most three times, and fails at its deadline', async () => {
    const { url, received, ended } = await serve()
    await expect(fetchHedged(url, init(400), pauses)).rejects.toMatchObject({ name: 'TimeoutError' })
    expect(received).toHaveLength(3)
    await expect.poll(ended).toBe(3)
  })

  test('is sent again if the response stops in the middle', async () => {
    const { url } = await serve((_, response) => void response.write('{"who'), whole)
    expect((await fetchHedged(url, init(), pauses)).text).toBe('{"whole":true}')
  })

  test('is not sent again while the response arrives, however slowly', async () => {
    const { url, received } = await serve((_, response) => {
      let count = 0
      const timer = setInterval(() => {
        if (++count < 8) response.write('a')
        else response.end('b', () => clearInterval(timer))
      }, 200)
    })
    expect((await fetchHedged(url, init(), [1000, 1000])).text).toBe('aaaaaaab')
    expect(received).toHaveLength(1)
  })

  test('the first response counts, also if a later request fails', async () => {
    let release: (() => void) | undefined
    const { url } = await serve(
      (_, response) => void (release = () => response.end('first')),
      (request) => {
        request.socket.destroy()
        release?.()
      },
    )
    expect((await fetchHedged(url, init(), pauses)).text).toBe('first')
  })

  test('a refused connection is reported at once', async () => {
    const { url } = await serve()
    stack.splice(0)[0]?.()
    await expect(fetchHedged(url, init(), pauses)).rejects.toThrow('fetch failed')
    await expect(fetchOnce(url, init())).rejects.toThrow('fetch failed')
  })

  test('call: a GET is repeated after 4 s, a POST never', async () => {
    const { url, received } = await serve(
      silent,
      silent,
      (_, response) => void response.end('{"name":"Shoal"}'),
    )
    const real = fetch
    vi.stubGlobal('fetch', (path: string, options: RequestInit) => real(url + path, options))
    const stop = new AbortController()
    const post = call('signOut', undefined as never, stop.signal)
    const failed = expect(post).rejects.toThrow()
    await expect.poll(() => received).toEqual(['POST'])
    expect((await call('getApp')).name).toBe('Shoal')
    expect(received).toEqual(['POST', 'GET', 'GET'])
    stop.abort()
    await failed
  })
})
