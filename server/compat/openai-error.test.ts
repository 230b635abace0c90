import { APIError, AuthenticationError, RateLimitError } from 'openai'
import { afterEach, describe, expect, test } from 'vitest'
import { AppError } from '../../protocol/index.ts'
import { hello, saysHello, startOpenAi } from '../../test/support/openai-fixture.ts'
import type { Complete, OpenAiFixture } from '../../test/support/openai-fixture.ts'

let it: OpenAiFixture
afterEach(() => it.close())

async function start(complete: Complete, pingMs?: number): Promise<OpenAiFixture['openai']> {
  it = await startOpenAi(complete, pingMs)
  return it.openai
}

describe('errors in the format of OpenAI', () => {
  test('a forged key, a cookie alone, a pending account', async () => {
    await start(saysHello)
    const refused = await it
      .client('forged')
      .chat.completions.create(hello)
      .catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(AuthenticationError)
    expect(refused).toMatchObject({ status: 401, code: 'invalid_api_key', type: 'authentication_error' })
    const cookie = await it.send({ path: '/v1/models', headers: { cookie: 'token=user' } })
    expect(cookie.status).toBe(401)
    await expect(it.client('pending').models.list()).rejects.toMatchObject({
      status: 403,
      code: 'account_pending',
    })
  })

  test.each([
    [{ ...hello, model: '' }, 'model', 'model must not be empty.'],
    [{ messages: hello.messages }, 'model', 'model is required.'],
    [{ model: 'demo', messages: [] }, 'messages', 'messages must have at least one message.'],
    [
      { model: 'demo', messages: [{ role: 'tool', content: 'x' }] },
      'messages.0.role',
      expect.stringContaining('results cannot be sent back yet'),
    ],
    [
      {
        model: 'demo',
        messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:' } }] }],
      },
      'messages.0.content.0',
      expect.stringContaining('images'),
    ],
    [{ ...hello, n: 2 }, 'n', 'n must be 1: send one request per answer.'],
    [{ ...hello, logprobs: true }, 'logprobs', expect.stringContaining('probabilities')],
    [{ ...hello, max_tokens: -1 }, 'max_tokens', 'max_tokens must be more than 0.'],
    [undefined, 'body', expect.stringContaining('JSON body')],
  ])('an invalid body (%#)', async (body, param, message) => {
    await start(() => Promise.reject(new Error('asked')))
    const headers = { authorization: 'Bearer user' }
    const answer = await it.send({ method: 'POST', path: '/v1/chat/completions', headers, body })
    expect(answer.status).toBe(400)
    expect(answer.json).toEqual({
      error: { message, type: 'invalid_request_error', param, code: 'bad_request' },
    })
  })

  test('a body that is not JSON', async () => {
    await start(saysHello)
    const headers = { authorization: 'Bearer user', 'content-type': 'application/json' }
    const answer = await it.send({ method: 'POST', path: '/v1/chat/completions', headers, body: '{' })
    expect([answer.status, answer.json.error.code]).toEqual([400, 'bad_json'])
  })

  test.each([true, false])(
    'an unknown model, and a rate limit of the provider (stream: %s)',
    async (stream) => {
      let error = new AppError('unknown_model', { field: 'model' })
      const openai = await start(() => Promise.reject(error))
      await expect(openai.chat.completions.create({ ...hello, stream })).rejects.toMatchObject({
        status: 404,
        code: 'model_not_found',
        param: 'model',
      })
      error = new AppError('upstream_rate_limited', { retryAfterMs: 2500 })
      const limited = await openai.chat.completions
        .create({ ...hello, stream })
        .catch((caught: unknown) => caught)
      expect(limited).toBeInstanceOf(RateLimitError)
      expect((limited as RateLimitError).headers?.get('retry-after')).toBe('3')
    },
  )

  test('a provider whose connection breaks during the stream', async () => {
    const openai = await start(async ({ sink }) => {
      await sink([{ kind: 'text', text: 'Hel' }])
      throw new AppError('upstream_broke_off')
    })
    let text = ''
    const read = async (): Promise<void> => {
      const stream = await openai.chat.completions.create({ ...hello, stream: true })
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
    }
    const broken = await read().catch((error: unknown) => error)
    expect(broken).toBeInstanceOf(APIError)
    expect(broken).toMatchObject({ code: 'upstream_broke_off' })
    expect(text).toBe('Hel')
  })

  test('a bug is reported only with its id', async () => {
    const openai = await start(() => Promise.reject(new TypeError('secret detail')))
    const failed = await openai.chat.completions.create(hello).catch((error: unknown) => error)
    expect(failed).toMatchObject({ status: 500, code: 'internal' })
    expect(String(failed)).not.toContain('secret detail')
    expect(it.log.find((line) => line['level'] === 50)).toMatchObject({
      requestId: (failed as APIError).headers?.get('x-request-id'),
    })
  })
})
