import { APIUserAbortError, NotFoundError } from 'openai'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { hello, saysHello, startOpenAi } from '../../test/support/openai-fixture.ts'
import type { Complete, OpenAiFixture } from '../../test/support/openai-fixture.ts'
import { systemClock } from '../base/index.ts'
import type { CompletionRequest } from '../chat/index.ts'

let it: OpenAiFixture
afterEach(() => it.close())

async function start(complete: Complete, pingMs?: number): Promise<OpenAiFixture['openai']> {
  it = await startOpenAi(complete, pingMs)
  return it.openai
}

describe('models', () => {
  test('are listed, and a model is found by its name', async () => {
    const openai = await start(saysHello)
    const list = await openai.models.list()
    expect(list.data.map(({ id, object, owned_by }) => [id, object, owned_by])).toEqual([
      ['demo', 'model', 'Demo'],
      ['meta/llama-3', 'model', 'Local'],
    ])
    expect((await openai.models.retrieve('meta/llama-3')).id).toBe('meta/llama-3')
    await expect(openai.models.retrieve('none')).rejects.toThrow(NotFoundError)
  })
})

describe('a completion', () => {
  test('as one object', async () => {
    const openai = await start(saysHello)
    const answer = await openai.chat.completions.create(hello)
    expect(answer).toMatchObject({
      object: 'chat.completion',
      model: 'demo',
      choices: [
        {
          index: 0,
          finish_reason: 'stop',
          message: { role: 'assistant', content: 'Hello 🐟', reasoning_content: 'hm' },
        },
      ],
      usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
    })
    expect(answer.id).toMatch(/^chatcmpl-/)
    expect(Math.abs(answer.created - systemClock.now() / 1000)).toBeLessThan(60)
  })

  test('as a stream, with usage on request', async () => {
    const openai = await start(saysHello)
    const stream = await openai.chat.completions.create({
      ...hello,
      stream: true,
      stream_options: { include_usage: true },
    })
    const chunks = []
    for await (const chunk of stream) chunks.push(chunk)
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '' })
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toBe('Hello 🐟')
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop')
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 5 } })
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1)
  })

  test('is a stream of events that proxies do not buffer, and ends with [DONE]', async () => {
    await start(saysHello)
    const answer = await it.send({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { authorization: 'Bearer user' },
      body: { ...hello, stream: true },
    })
    expect(answer.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      'cache-control': 'no-store, no-transform',
      'x-request-id': expect.any(String),
    })
    expect(answer.text.endsWith('data: [DONE]\n\n')).toBe(true)
    expect(answer.text).not.toContain('usage')
  })

  test('with tool calls, in pieces', async () => {
    const openai = await start(async ({ sink }) => {
      await sink([{ kind: 'tool-calls', calls: [{ id: 't1', name: 'look', arguments: '{"a"' }] }])
      await sink([{ kind: 'tool-calls', calls: [{ id: 't1', name: 'look', arguments: '{"a":1}' }] }])
      await sink([
        {
          kind: 'tool-calls',
          calls: [
            { id: 't1', name: 'look', arguments: '{"a":1}' },
            { id: 't2', name: 'see', arguments: '{}' },
          ],
        },
      ])
      return { reason: 'tool-calls' }
    })
    const runner = openai.chat.completions.stream(hello)
    const { choices } = await runner.finalChatCompletion()
    expect(choices[0]?.finish_reason).toBe('tool_calls')
    expect(
      choices[0]?.message.tool_calls?.map(({ id, ...call }) => [id, 'function' in call && call.function]),
    ).toEqual([
      ['t1', { name: 'look', arguments: '{"a":1}' }],
      ['t2', { name: 'see', arguments: '{}' }],
    ])
    const whole = await openai.chat.completions.create(hello)
    expect(whole.choices[0]?.message).toMatchObject({
      content: null,
      tool_calls: [{ id: 't1' }, { id: 't2' }],
    })
  })

  test('passes on the prompt and the fields for the provider, without fields for Open WebUI', async () => {
    let asked: CompletionRequest | undefined
    await start(async (request) => {
      asked = request
      return { reason: 'length' }
    })
    const body = {
      model: 'demo',
      messages: [
        { role: 'developer', content: 'Be brief' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
        },
        { role: 'assistant', content: 'c' },
      ],
      max_completion_tokens: 7,
      temperature: 0.5,
      stop: ['x'],
      chat_id: 'c1',
      session_id: 's1',
      top_k: 3,
    }
    const headers = { authorization: 'Bearer user' }
    const answer = await it.send({ method: 'POST', path: '/v1/chat/completions', headers, body })
    expect(answer.json.choices[0].finish_reason).toBe('length')
    expect(asked).toMatchObject({
      model: 'demo',
      maxTokens: 7,
      messages: [
        { role: 'system', content: 'Be brief' },
        { role: 'user', content: 'a\nb' },
        { role: 'assistant', content: 'c' },
      ],
    })
    expect(asked?.params).toEqual({ temperature: 0.5, stop: ['x'], top_k: 3 })
    expect(asked?.caller.user.id).toBe('id-of-user')
  })

  test('is also available under /api', async () => {
    await start(saysHello)
    const answer = await it.client('user', '/api').chat.completions.create(hello)
    expect(answer.choices[0]?.message.content).toBe('Hello 🐟')
  })
})

describe('a client that disconnects or does not read', () => {
  /** Sends one word, and then nothing until it is aborted. */
  function stuck(): { complete: Complete; aborted: () => boolean; asked: () => boolean } {
    let signal: AbortSignal | undefined
    return {
      asked: () => signal !== undefined,
      aborted: () => signal?.aborted ?? false,
      complete: async (request) => {
        signal = request.signal
        await request.sink([{ kind: 'text', text: 'Hel' }])
        return new Promise((_resolve, reject) => {
          request.signal.addEventListener('abort', () => reject(request.signal.reason))
        })
      },
    }
  }

  test.each([true, false])('a disconnect closes the upstream (stream: %s)', async (stream) => {
    const provider = stuck()
    const openai = await start(provider.complete)
    const controller = new AbortController()
    const reading = (async () => {
      const answer = await openai.chat.completions.create({ ...hello, stream }, { signal: controller.signal })
      if (Symbol.asyncIterator in answer) for await (const _chunk of answer) controller.abort()
    })()
    const ended = reading.catch((error: unknown) => error)
    await vi.waitFor(() => expect(provider.asked()).toBe(true))
    expect(provider.aborted() && !stream).toBe(false)
    if (!stream) controller.abort()
    const error = await ended
    if (!stream) expect(error).toBeInstanceOf(APIUserAbortError)
    await vi.waitFor(() => expect(provider.aborted()).toBe(true))
    await vi.waitFor(() => expect(it.log.some((line) => line['status'] === 499)).toBe(true))
    expect(it.log.filter((line) => line['level'] === 50)).toEqual([])
  })

  test('a client that does not read pauses the provider', async () => {
    let sent = 0
    let paused = false
    await start(async ({ sink, signal }) => {
      const text = 'x'.repeat(100_000)
      while (!signal.aborted) {
        const taken = Promise.resolve(sink([{ kind: 'text', text }])).then(() => true)
        sent += text.length
        const soon = new Promise<false>((resolve) => setTimeout(() => resolve(false), 200))
        if (!(await Promise.race([taken, soon]))) paused = true
        await taken
      }
      throw signal.reason
    })
    const controller = new AbortController()
    const answer = await fetch(`http://127.0.0.1:${it.port}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer user', 'content-type': 'application/json' },
      body: JSON.stringify({ ...hello, stream: true }),
      signal: controller.signal,
    })
    expect(answer.status).toBe(200)
    await vi.waitFor(() => expect(paused).toBe(true), { timeout: 10_000 })
    expect(sent).toBeLessThan(50_000_000)
    controller.abort()
  })
})

test('a stream without content sends keep-alive comments', async () => {
  let speak: (() => void) | undefined
  await start(async ({ sink }) => {
    await new Promise<void>((resolve) => (speak = resolve))
    await sink([{ kind: 'text', text: 'late' }])
    return { reason: 'stop' }
  }, 20)
  const answer = await fetch(`http://127.0.0.1:${it.port}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer user', 'content-type': 'application/json' },
    body: JSON.stringify({ ...hello, stream: true }),
  })
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  expect((await reader.read()).value).toContain(': ping\n\n')
  speak?.()
  let text = ''
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) text += piece.value
  expect(text).toContain('"content":"late"')
  expect(text.endsWith('data: [DONE]\n\n')).toBe(true)
})
