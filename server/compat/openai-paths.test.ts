import OpenAI, { AuthenticationError, NotFoundError } from 'openai'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hello, saysHello, startOpenAi } from '../../test/support/openai-fixture.ts'
import type { OpenAiFixture } from '../../test/support/openai-fixture.ts'

let it: OpenAiFixture
beforeEach(async () => {
  it = await startOpenAi(saysHello)
})
afterEach(() => it.close())

const asUser = { authorization: 'Bearer user' }
const openAiForm = {
  error: {
    message: expect.any(String),
    type: expect.any(String),
    param: null,
    code: expect.any(String),
  },
}

describe('C15: paths below /v1', () => {
  test.each([
    ['GET', '/v1', 404],
    ['GET', '/v1/', 404],
    ['GET', '/v1/unknown', 404],
    ['POST', '/v1/unknown', 404],
    ['POST', '/v1/embeddings', 404],
    ['POST', '/v1/responses', 404],
    ['GET', '/v1/models/none', 404],
    ['PUT', '/v1/models', 405],
    ['POST', '/v1/models', 405],
    ['DELETE', '/v1/models/demo', 405],
    ['GET', '/v1/chat/completions', 405],
    ['DELETE', '/v1/chat/completions/', 405],
    ['GET', '/api/chat/completions', 405],
    ['GET', '/v1/%zz', 400],
  ])('%s %s is refused in OpenAI’s format', async (method, path, status) => {
    for (const headers of [asUser, { ...asUser, accept: 'text/html' }]) {
      const answer = await it.send({ method, path, headers })
      expect(answer.status).toBe(status)
      expect(answer.json).toEqual({
        error: { ...openAiForm.error, param: expect.toBeOneOf([null, expect.any(String)]) },
      })
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
      if (status === 405) expect(answer.headers.allow).toMatch(/GET|POST/)
    }
  })

  test('a body of another content type and a body that is not JSON are refused', async () => {
    for (const type of ['text/plain', 'application/json']) {
      const headers = { ...asUser, 'content-type': type }
      const answer = await it.send({ method: 'POST', path: '/v1/chat/completions', headers, body: '{' })
      expect(answer.status).toBe(400)
      expect(answer.json.error.type).toBe('invalid_request_error')
    }
  })

  test('a slash at the end is accepted', async () => {
    expect((await it.send({ path: '/v1/models/', headers: asUser })).json.object).toBe('list')
    expect((await it.send({ path: '/v1/models/demo/', headers: asUser })).json.id).toBe('demo')
    const answer = await it.send({
      method: 'POST',
      path: '/v1/chat/completions/',
      headers: asUser,
      body: hello,
    })
    expect(answer.json.object).toBe('chat.completion')
  })

  test('the official client recognises these errors', async () => {
    await expect(it.openai.embeddings.create({ model: 'demo', input: 'x' })).rejects.toBeInstanceOf(
      NotFoundError,
    )
    await expect(it.openai.models.delete('demo')).rejects.toMatchObject({ status: 405 })
  })
})

describe('C20: a key', () => {
  test.each(['api-key', 'x-api-key', 'API-Key'])('is accepted as %s', async (name) => {
    expect((await it.send({ path: '/v1/models', headers: { [name]: 'user' } })).status).toBe(200)
    expect((await it.send({ path: '/api/chats', headers: { [name]: 'user' } })).status).toBe(200)
    expect((await it.send({ path: '/v1/models', headers: { [name]: 'nobody' } })).status).toBe(401)
  })

  test('is ignored next to Authorization: Bearer, and used next to another scheme', async () => {
    const both = { authorization: 'Bearer nobody', 'api-key': 'user' }
    expect((await it.send({ path: '/v1/models', headers: both })).status).toBe(401)
    const proxy = { authorization: 'Basic eDp5', 'api-key': 'user' }
    expect((await it.send({ path: '/v1/models', headers: proxy })).status).toBe(200)
  })

  test('works with the headers of Azure’s client', async () => {
    const openai = new OpenAI({
      apiKey: 'unused',
      baseURL: `http://127.0.0.1:${it.port}/v1`,
      defaultHeaders: { authorization: null, 'api-key': 'user' },
      maxRetries: 0,
    })
    expect((await openai.chat.completions.create(hello)).choices).toHaveLength(1)
  })
})

test('C19: the error for a missing key says how to send one', async () => {
  const answer = await it.send({ path: '/v1/models' })
  expect(answer.status).toBe(401)
  expect(answer.json.error).toMatchObject({ code: 'invalid_api_key', type: 'authentication_error' })
  expect(answer.json.error.message).toContain('Authorization: Bearer')
  const refused = await it
    .client('forged')
    .models.list()
    .catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(AuthenticationError)
  expect(String(refused)).not.toContain('Sign in')
})

describe('C11: a feature that is not supported yet is named', () => {
  const call = { id: 't1', type: 'function', function: { name: 'look', arguments: '{}' } }
  test.each([
    [
      'messages.1.tool_calls',
      [
        { role: 'user', content: 'x' },
        { role: 'assistant', content: null, tool_calls: [call] },
      ],
      'tools',
    ],
    ['messages.0.role', [{ role: 'tool', tool_call_id: 't1', content: 'x' }], 'tools'],
    ['messages.0.role', [{ role: 'function', name: 'f', content: 'x' }], 'tools'],
    [
      'messages.0.function_call',
      [{ role: 'assistant', content: '', function_call: { name: 'f', arguments: '' } }],
      'tools',
    ],
    [
      'messages.0.content.1',
      [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'x' },
            { type: 'image_url', image_url: { url: 'data:' } },
          ],
        },
      ],
      'images',
    ],
    [
      'messages.0.content.0',
      [{ role: 'user', content: [{ type: 'input_audio', input_audio: {} }] }],
      'audio',
    ],
    ['messages.0.content.0', [{ role: 'user', content: [{ type: 'file', file: {} }] }], 'files'],
    ['messages.0.content.0', [{ role: 'user', content: [{ type: 'refusal', refusal: 'no' }] }], '"refusal"'],
  ])('%s', async (param, messages, word) => {
    const answer = await it.send({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: asUser,
      body: { model: 'demo', messages },
    })
    expect([answer.status, answer.json.error.param]).toEqual([400, param])
    expect(answer.json.error.message).toContain(word)
    expect(answer.json.error.message).toContain('yet')
    expect(answer.headers['x-should-retry']).toBe('false')
  })

  test('an invalid value is not reported as unsupported', async () => {
    for (const content of [null, 5, {}, [{ type: 'text' }], undefined]) {
      const answer = await it.send({
        method: 'POST',
        path: '/v1/chat/completions',
        headers: asUser,
        body: { model: 'demo', messages: [{ role: 'user', content }] },
      })
      expect(answer.status).toBe(400)
      expect(answer.json.error.message).not.toContain('yet')
      expect(answer.json.error.message).toContain('content')
    }
    const calls = { role: 'assistant', content: 'x', tool_calls: [] }
    const fine = await it.send({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: asUser,
      body: { model: 'demo', messages: [{ role: 'user', content: 'x' }, calls] },
    })
    expect(fine.status).toBe(200)
  })
})
