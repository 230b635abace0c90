import { afterEach, expect, test } from 'vitest'
import { AppError } from '../../protocol/index.ts'
import { callerOf, userView } from '../../test/support/callers.ts'
import { startHttp } from '../../test/support/http-fixture.ts'
import type { HttpFixture } from '../../test/support/http-fixture.ts'

let it: HttpFixture
afterEach(() => it.close())

/** A server with a stream that never ends by itself and needs authentication. */
async function startStream(answer: () => unknown): Promise<void> {
  it = await startHttp({
    config: { recheckMs: 50 },
    server: {
      authenticate: async () => {
        const refusal = answer()
        if (refusal instanceof AppError) throw refusal
        return callerOf(userView('u'), 'api-key')
      },
    },
    mount: (http) => {
      http.app.get('/v1/stream', async (request, reply) => {
        await http.admitByToken(request)
        const raw = http.hijack(reply)
        raw.write('first')
        const timer = setInterval(() => raw.write('.'), 50)
        raw.once('close', () => clearInterval(timer))
        return reply
      })
    },
  })
}

/** Reads the stream and resolves with how it ended. */
async function read(begun: () => void = () => {}): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${it.port}/v1/stream`, {
    headers: { authorization: 'Bearer sk-x' },
    signal: AbortSignal.timeout(9000),
  })
  const reader = response.body!.getReader()
  await reader.read()
  begun()
  try {
    for (;;) if ((await reader.read()).done) return 'ended'
  } catch (error) {
    return (error as Error).name
  }
}

test('S8: a stream is broken off when its key becomes invalid, so that it does not look complete', async () => {
  let ended = false
  await startStream(() => (ended ? new AppError('unauthenticated') : undefined))
  const reading = read(() => (ended = true))
  // A TimeoutError would come from the test itself.
  expect(await reading).toBe('TypeError')
  expect(it.log).toContainEqual(
    expect.objectContaining({ msg: 'a request was ended because its session or API key is no longer valid' }),
  )
})

test('S8: a recheck that fails does not end the stream', async () => {
  let checks = 0
  await startStream(() => (checks++ > 0 ? new AppError('store_unavailable') : undefined))
  const reading = read()
  await expect.poll(() => checks, { timeout: 15_000 }).toBeGreaterThan(2)
  it.http.app.server.closeAllConnections()
  expect(await reading).toBe('TypeError')
  expect(JSON.stringify(it.log)).not.toContain('outlived')
})
