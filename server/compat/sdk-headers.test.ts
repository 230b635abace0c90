import { RateLimitError } from 'openai'
import { afterEach, describe, expect, test } from 'vitest'
import { hello, saysHello, startOpenAi } from '../../test/support/openai-fixture.ts'
import type { Complete, OpenAiFixture } from '../../test/support/openai-fixture.ts'
import { AppError } from '../../protocol/index.ts'

let it: OpenAiFixture
afterEach(() => it.close())

const limit = { of: 'requests', limit: 5, remaining: 2.5, resetMs: 12_400 } as const
const headers = {
  'ratelimit-limit': '5',
  'ratelimit-remaining': '2',
  'ratelimit-reset': '13',
  'x-ratelimit-limit-requests': '5',
  'x-ratelimit-remaining-requests': '2',
  'x-ratelimit-reset-requests': '13s',
}

async function ask(complete: Complete, stream: boolean): Promise<Awaited<ReturnType<OpenAiFixture['send']>>> {
  it = await startOpenAi(complete)
  return it.send({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { authorization: 'Bearer user' },
    body: { ...hello, stream },
  })
}

describe('C19: the headers of a limit that SDKs read', () => {
  test.each([true, false])('are part of an answer (stream: %s)', async (stream) => {
    const answer = await ask(async (request) => {
      request.onLimit(limit)
      return saysHello(request)
    }, stream)
    expect(answer.status).toBe(200)
    expect(answer.headers).toMatchObject(headers)
  })

  test.each([true, false])('are part of a refusal, with the time to wait (stream: %s)', async (stream) => {
    const answer = await ask(() => {
      throw new AppError('rate_limited', { retryAfterMs: 1500, limit: { ...limit, remaining: -1 } })
    }, stream)
    expect(answer.status).toBe(429)
    expect(answer.headers).toMatchObject({
      ...headers,
      'retry-after': '2',
      'ratelimit-remaining': '0',
      'x-ratelimit-remaining-requests': '0',
    })
    expect(answer.headers['x-should-retry']).toBeUndefined()
  })

  test('name tokens if the token limit is reached, and each 429 says how long to wait', async () => {
    const tokens = { ...limit, of: 'tokens' } as const
    const used = await ask(() => Promise.reject(new AppError('rate_limited', { limit: tokens })), false)
    expect(used.headers).toMatchObject({ 'x-ratelimit-limit-tokens': '5', 'retry-after': '1' })
    await it.close()
    const running = await ask(() => Promise.reject(new AppError('too_many_runs')), false)
    expect([running.status, running.headers['retry-after']]).toEqual([429, '1'])
    const failed = await it.openai.chat.completions.create(hello).catch((error: unknown) => error)
    expect(failed).toBeInstanceOf(RateLimitError)
  })
})

test('C19: the OpenAPI document describes this API and its address', async () => {
  it = await startOpenAi(saysHello)
  const { json } = await it.send({ path: '/api/openapi.json' })
  expect(json.servers).toEqual([{ url: '/' }])
  expect(json.paths['/v1/models'].get.operationId).toBe('openAiListModels')
  expect(json.paths['/v1/models/{model}'].get.parameters).toHaveLength(1)
  const { schema } = json.paths['/v1/chat/completions'].post.requestBody.content['application/json']
  expect(schema.required).toEqual(['model', 'messages'])
  expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(['model', 'messages', 'stream']))
  expect(json.components.securitySchemes.token.scheme).toBe('bearer')
})
