/** A provider's refusal reaches the official client with the provider's own details, and the client does not retry. */
import OpenAI from 'openai'
import { APIError } from 'openai'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startCompatWithProvider } from '../../test/support/compat-fixture.ts'
import type { CompatFixture } from '../../test/support/compat-fixture.ts'

let it: CompatFixture
let openai: OpenAI
beforeEach(async () => {
  it = await startCompatWithProvider({})
  // With its default retries: it sends a failed request up to three times.
  openai = new OpenAI({ apiKey: 'user', baseURL: `http://127.0.0.1:${it.port}/v1` })
})
afterEach(() => it.close())

interface Refused {
  status: number
  error: Record<string, unknown>
  headers?: Record<string, string>
}

async function ask(refused: Refused, { stream = false } = {}): Promise<APIError> {
  const { status, error, headers } = refused
  it.provider.scripts = { m: { refuse: { status, body: { error }, ...(headers ? { headers } : {}) } } }
  it.provider.calls.length = 0
  await it.refresh()
  const failed = await openai.chat.completions
    .create({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], stream })
    .catch((caught: unknown) => caught)
  expect(failed).toBeInstanceOf(APIError)
  return failed as APIError
}

const cases: [name: string, refused: Refused, expected: Record<string, unknown>][] = [
  [
    'an unsupported parameter',
    {
      status: 400,
      error: {
        message: "Unsupported value: 'temperature'.",
        type: 'invalid_request_error',
        param: 'temperature',
        code: 'unsupported_value',
      },
    },
    { status: 400, param: 'temperature', code: 'unsupported_value' },
  ],
  ['a 400 without a code', { status: 400, error: { message: 'Bad top_p.', code: null } }, { status: 400 }],
  ['a code that is a number', { status: 400, error: { message: 'Bad.', code: 400 } }, { status: 400 }],
  [
    'no credit',
    { status: 402, error: { message: 'Insufficient credits', code: 402 } },
    { status: 402, code: 'upstream_refused' },
  ],
  [
    'a model that is not allowed',
    { status: 403, error: { message: 'Not for your project.', code: 'model_not_allowed' } },
    { status: 403, code: 'upstream_key_refused' },
  ],
  [
    'a model that no longer exists',
    { status: 404, error: { message: 'The model is gone.', code: 'model_not_found', param: 'model' } },
    { status: 404, code: 'model_not_found', param: 'model' },
  ],
  ['a request that is too large', { status: 413, error: { message: 'Request too large.' } }, { status: 413 }],
  [
    'an unprocessable body',
    { status: 422, error: { message: 'Wrong.', param: 'stop' } },
    { status: 422, param: 'stop' },
  ],
  [
    'a context that is too long',
    {
      status: 400,
      error: { message: 'maximum context length', code: 'context_length_exceeded', param: 'messages' },
    },
    { status: 400, code: 'context_length_exceeded', param: 'messages' },
  ],
  [
    'an exhausted quota',
    {
      status: 429,
      error: { message: 'You exceeded your current quota.', code: 'insufficient_quota' },
    },
    { status: 429, code: 'insufficient_quota' },
  ],
]

describe('C12: a refusal', () => {
  test.each(cases)(
    '%s is reported with status, code and field, and not retried',
    async (_, refused, expected) => {
      for (const stream of [false, true]) {
        const failed = await ask(refused, { stream })
        expect(failed).toMatchObject(expected)
        expect(failed.headers?.get('x-should-retry')).toBe('false')
        expect(failed.message).toContain(String(refused.error['message']))
        expect(it.provider.calls).toHaveLength(1)
        expect(it.requests()).toBe(1)
      }
    },
  )

  test('401 names the connection, since the client’s own key is valid', async () => {
    const failed = await ask({
      status: 401,
      error: { message: 'Incorrect API key provided.', code: 'invalid_api_key' },
    })
    expect(failed).toMatchObject({ status: 401, code: 'upstream_key_refused' })
    expect(failed.message).toContain('connection “Scripted”')
    expect(failed.message).toContain('Your own API key is valid')
    expect(it.requests()).toBe(1)
  })

  test('a request that reached a rate limit is retried after the provider’s pause', async () => {
    const failed = await ask({
      status: 429,
      error: { message: 'Slow down.', code: 'rate_limit_exceeded' },
      headers: { 'retry-after': '0' },
    })
    expect(failed).toMatchObject({ status: 429, code: 'rate_limit_exceeded' })
    expect(failed.headers?.get('x-should-retry')).toBeNull()
    expect(it.requests()).toBe(3)
  })

  test('a provider that is unavailable is reported as 502, and the request is retried', async () => {
    const failed = await ask({ status: 500, error: { message: 'Oops.' }, headers: { 'retry-after': '0' } })
    expect(failed.status).toBe(502)
    expect(it.requests()).toBe(3)
  })
})

test('S21: a connection can be set to send only parameters that OpenAI documents', async () => {
  await it.close()
  it = await startCompatWithProvider({ m: {} }, { openAiParamsOnly: true })
  const answer = await it.send({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { authorization: 'Bearer user' },
    body: {
      model: 'm',
      messages: [{ role: 'user', content: 'Hi' }],
      temperature: 0.5,
      max_tokens: 5,
      top_k: 3,
      chat_template_kwargs: {},
      extra_body: { top_k: 1 },
    },
  })
  expect(answer.status).toBe(200)
  expect(Object.keys(it.provider.calls[0]?.body ?? {}).toSorted()).toEqual(
    ['max_tokens', 'messages', 'model', 'stream', 'stream_options', 'temperature'].toSorted(),
  )
})
