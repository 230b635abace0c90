import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { requestScripted } from '../../test/support/request-scripted.ts'
import { startScriptedProvider } from '../../test/support/scripted-provider.ts'
import type { ScriptedProvider } from '../../test/support/scripted-provider.ts'
import { retryAfter } from './provider-refusal.ts'
import { providerMessage } from './provider-message.ts'
import type { UpstreamError } from './upstream-error.ts'

const key = 'sk-test-0123456789abcdef'
let provider: ScriptedProvider
beforeEach(async () => {
  provider = await startScriptedProvider({})
})
afterEach(() => provider.close())

async function refuse(
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<UpstreamError | undefined> {
  return (await requestScripted(provider, { refuse: { status, body, headers } }, { key })).error
}

describe('a refusal becomes an error of the catalogue', () => {
  test.each<[number, unknown, string]>([
    [401, { error: { message: 'Incorrect API key' } }, 'upstream_key_refused'],
    [403, { error: { message: 'Forbidden' } }, 'upstream_key_refused'],
    [403, { error: { message: 'Your input was flagged by moderation' } }, 'upstream_filtered'],
    [402, { error: { message: 'Insufficient credits' } }, 'upstream_refused'],
    [429, { error: { message: 'Rate limit reached' } }, 'upstream_rate_limited'],
    [429, { error: { message: 'You exceeded your quota', code: 'insufficient_quota' } }, 'upstream_refused'],
    [404, { error: { message: 'No such model', code: 'model_not_found' } }, 'upstream_refused'],
    [404, 'page not found', 'upstream_refused'],
    [413, '', 'upstream_context_too_long'],
    [400, { error: { code: 'context_length_exceeded', message: 'Too long.' } }, 'upstream_context_too_long'],
    [400, { message: "This model's maximum context length is 4096 tokens" }, 'upstream_context_too_long'],
    [400, { error: { type: 'exceed_context_size_error', message: 'n' } }, 'upstream_context_too_long'],
    [400, { error: { message: 'prompt is too long: 210000 tokens' } }, 'upstream_context_too_long'],
    [
      400,
      [{ error: { message: 'The input token count (9) exceeds the maximum number of tokens allowed (8).' } }],
      'upstream_context_too_long',
    ],
    [
      500,
      { error: { message: 'the request exceeds the available context size' } },
      'upstream_context_too_long',
    ],
    [400, { error: { code: 'content_filter', message: 'No.' } }, 'upstream_filtered'],
    [400, { error: { message: 'temperature: must be less than 2' } }, 'upstream_refused'],
    [422, { detail: [{ loc: ['body'], msg: 'Field required' }] }, 'upstream_refused'],
    [500, '<html><body>oops</body></html>', 'upstream_unreachable'],
    [502, '', 'upstream_unreachable'],
    [503, { error: 'loading model' }, 'upstream_unreachable'],
    [529, { error: { message: 'Overloaded' } }, 'upstream_unreachable'],
    [408, '', 'upstream_unreachable'],
    [301, '', 'upstream_refused'],
    [400, 'data: {"error":{"code":"context_length_exceeded"}}\n\n', 'upstream_context_too_long'],
  ])('%i %j: %s', async (status, body, code) => {
    const error = await refuse(status, body)
    expect(error).toMatchObject({ code, status })
    expect(error?.message).toMatch(/^[A-Z].*\S$/)
    expect(error?.message).not.toMatch(/[<{]/)
  })

  test('the provider is quoted in one line of limited length, without anything that looks like a key', async () => {
    const error = await refuse(401, {
      error: {
        message: `Incorrect API key\nprovided: ${key}, not sk-proj-${'a'.repeat(40)}. ${'very '.repeat(200)}`,
      },
    })
    expect(error?.message).toMatch(
      /^The model provider refused the API key: check it\. It says: Incorrect API key provided: …, not … very/,
    )
    expect(error?.message.length).toBeLessThan(360)
    expect(error?.message).not.toContain('0123456789')
  })

  test('the parts of the message are sent apart, so that clients can say it in their own language', async () => {
    expect((await refuse(503, { error: 'loading model' }))?.toRunError()).toEqual({
      code: 'upstream_unreachable',
      message:
        'The model provider is unavailable (status 503). Try again in a moment. It says: loading model',
      detail: { reason: 'bad_status', status: 503, quote: 'loading model' },
    })
    expect((await refuse(404, {}))?.detail).toEqual({ reason: 'model_not_found', model: 'm' })
    expect((await refuse(429, { error: 'Slow down.' }))?.detail).toEqual({ quote: 'Slow down.' })
    expect((await refuse(401, {}))?.detail).toBeUndefined()
  })

  test('a missing key and a wrong key have different messages', async () => {
    const { error } = await requestScripted(provider, { refuse: { status: 401, body: {} } })
    expect(error?.message).toBe(
      'The model provider requires an API key, and this connection has none: add one.',
    )
  })

  test('an unknown model is named in the message', async () => {
    expect((await refuse(404, {}))?.message).toContain('“m”')
  })

  test('a redirect is not followed', async () => {
    const error = await refuse(302, '', { location: `${provider.v1}/elsewhere` })
    expect(error?.message).toBe(
      'The model provider redirects to another address. Enter that address in the connection.',
    )
    expect(provider.calls.length).toBe(1)
  })

  test('the pause that the provider requests before a retry', async () => {
    expect((await refuse(429, {}, { 'retry-after': '7' }))?.retryAfterMs).toBe(7000)
    expect((await refuse(503, {}, { 'retry-after': '1.5' }))?.retryAfterMs).toBe(1500)
    expect((await refuse(429, {}))?.retryAfterMs).toBeUndefined()
    expect((await refuse(400, {}, { 'retry-after': '7' }))?.retryAfterMs).toBeUndefined()
  })
})

describe('Retry-After', () => {
  const clock = { now: () => Date.parse('2026-01-01T00:00:00Z'), monotonic: () => 0 }
  test.each<[Record<string, string>, number | undefined]>([
    [{ 'retry-after': '3' }, 3000],
    [{ 'retry-after': 'Thu, 01 Jan 2026 00:00:20 GMT' }, 20_000],
    [{ 'retry-after': 'Wed, 31 Dec 2025 23:00:00 GMT' }, 0],
    [{ 'retry-after': '99999999999' }, 86_400_000],
    [{ 'retry-after': '9', 'retry-after-ms': '12.5' }, 13],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('%j', (headers, expected) => {
    expect(retryAfter(headers, clock)).toBe(expected)
  })
})

test.each<[unknown, string | undefined]>([
  ['plain words', 'plain words'],
  ['<html>no</html>', undefined],
  ['{"error": "cut jso', undefined],
  [{ error: { message: '' } }, undefined],
  [{ error: 'words' }, 'words'],
  [{ detail: 'words' }, 'words'],
  [{ error: { message: 'null\u0000 and \ud800' } }, 'null\uFFFD and \uFFFD'],
  [null, undefined],
  [7, undefined],
])('the message in %j', (body, expected) => {
  expect(providerMessage(body, null)).toBe(expected)
})

test('S12: only the beginning of a provider’s message is processed, however long it is', () => {
  const said = `Unknown parameter: ${'very '.repeat(1_000)}<b>`
  expect(providerMessage({ error: { message: said.repeat(10) } }, null)).toMatch(
    /^Unknown parameter: very .*…$/,
  )
})

test('C6: the message is found wherever a gateway puts it', () => {
  const bodies: unknown[] = [
    [{ error: { message: 'words' } }],
    { errors: [{ code: 7, message: 'words' }] },
    { error: { error: { detail: 'words' } } },
    { error: { message: JSON.stringify({ error: { message: 'words' } }) } },
    { detail: [{ loc: ['body'], msg: 'words' }] },
    { type: 'about:blank', title: 'words' },
    JSON.stringify([{ error: 'words' }]),
    '"words"',
  ]
  for (const body of bodies) expect(providerMessage(body, null)).toBe('words')
})

test('the key of the connection is removed from a provider’s message, unless it is as short as a word', () => {
  const said = (key: string): string | undefined =>
    providerMessage({ error: { message: `the key ${key} is not known` } }, key)
  expect(said('a-secret-of-ours')).toBe('the key … is not known')
  expect(said('k')).toBe('the key k is not known')
})
