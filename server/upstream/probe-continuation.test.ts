import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startScriptedProvider } from '../../test/support/scripted-provider.ts'
import type { Script, ScriptedProvider } from '../../test/support/scripted-provider.ts'
import { silentLogger, systemClock } from '../base/index.ts'
import { createModelCatalogue } from './cached-model-catalogue.ts'
import { likelyContinuationMode } from './probe-continuation.ts'
import type { ModelCatalogue, ResolvedModel } from './model-catalogue.ts'
import type { ConnectionConfig } from './upstream.ts'

let provider: ScriptedProvider
let stored: Map<string, string>
beforeEach(async () => {
  provider = await startScriptedProvider({})
  stored = new Map()
})
afterEach(() => provider.close())

function catalogue(connection: Partial<ConnectionConfig> = {}, broken = false): ModelCatalogue {
  const config: ConnectionConfig = {
    id: '1',
    kind: 'openai',
    name: 'One',
    baseUrl: provider.v1,
    key: null,
    prefix: '',
    enabled: true,
    order: 0,
    continues: 'auto',
    modelIds: [],
    source: 'page',
    ...connection,
  }
  return createModelCatalogue({
    connections: () => [config],
    learnt: (baseUrl, model) =>
      broken ? Promise.reject(new Error('store away')) : Promise.resolve(stored.get(`${baseUrl} ${model}`)),
    learn: (baseUrl, model, continues) => Promise.resolve(void stored.set(`${baseUrl} ${model}`, continues)),
    clock: systemClock,
    logger: silentLogger,
  })
}

async function model(models: ModelCatalogue, script?: Script): Promise<ResolvedModel> {
  if (script) provider.scripts.m = script
  const found = await models.resolve('m')
  return found ?? expect.unreachable('no such model')
}

const signal = new AbortController().signal
const messages = [{ role: 'user' as const, content: 'Hello' }]

/** Generates one answer, with the test of `auto` during it. */
async function answer(found: ResolvedModel): Promise<void> {
  const learnt = found.probeContinuation(signal)
  await found.generate({ messages }, () => undefined, signal)
  await learnt
}

describe('rule 15: each model is tested once', () => {
  test.each<[string, Script, string]>([
    ['a model that continues', { continues: 'trailing' }, 'trailing'],
    ['a model that completes another word', { question: 'cup over a lake' }, 'trailing'],
    ['a model that repeats the text', { continues: 'trailing', echoes: true }, 'none'],
    ['a model that starts over', { continues: 'none' }, 'none'],
    ['a model that talks about it', { question: 'It seems that you saw a butterfly.' }, 'none'],
    ['a provider that refuses the request', { refusesFields: ['temperature'] }, 'none'],
  ])('%s', async (_name, script, expected) => {
    const models = catalogue()
    const found = await model(models, script)
    expect(await found.continuationMode()).toBe('none')
    await answer(found)
    expect(await found.continuationMode()).toBe(expected)
    const calls = provider.calls.length
    await answer(await model(models))
    await answer(await model(catalogue()))
    expect(provider.calls.length).toBe(calls + 2)
    expect([...stored.values()]).toEqual([expected])
  })

  test('the test uses at most 8 tokens, and starts after the first words of an answer', async () => {
    const found = await model(catalogue(), { words: 5, wordsPerSecond: 20, firstWordMs: 100 })
    const learnt = found.probeContinuation(signal)
    const first = Promise.withResolvers<void>()
    const done = found.generate({ messages }, () => first.resolve(), signal)
    await first.promise
    expect(provider.calls.map(({ call }) => call)).toEqual([1])
    await learnt
    expect(provider.calls.map(({ call }) => call)).toEqual([1, 0])
    expect(provider.calls[1]?.body.max_tokens).toBe(8)
    await done
  })

  test('there is no test without an answer, or if the answer is aborted before its first word', async () => {
    const found = await model(catalogue(), { silent: true })
    const abort = new AbortController()
    const learnt = found.probeContinuation(abort.signal)
    const done = found.generate({ messages }, () => undefined, abort.signal)
    done.catch(() => undefined)
    await vi.waitFor(() => expect(provider.live()).toBe(1))
    abort.abort(new Error('stop'))
    await learnt
    await expect(done).rejects.toThrow('stop')
    expect(provider.calls.length).toBe(1)
    expect(stored.size).toBe(0)
  })

  test('a test that fails because the provider is unavailable has no result', async () => {
    const found = await model(catalogue(), { words: 3, wordsPerSecond: 10 })
    const learnt = found.probeContinuation(signal)
    await found.generate({ messages }, () => void (provider.scripts.m = { refuse: { status: 503 } }), signal)
    await learnt
    expect(provider.calls.map(({ call }) => call)).toEqual([1, 0])
    expect(stored.size).toBe(0)
    expect(await found.continuationMode()).toBe('none')
  })

  test('a connection with a fixed mode is not tested', async () => {
    for (const continues of ['prefix', 'none'] as const) {
      const found = await model(catalogue({ continues }), {})
      await answer(found)
      expect(await found.continuationMode()).toBe(continues)
    }
    expect(provider.calls.length).toBe(2)
  })

  test('Ollama and the demo model need no test', async () => {
    provider.scripts.m = {}
    expect(await (await model(catalogue({ kind: 'ollama', baseUrl: provider.url }))).continuationMode()).toBe(
      'trailing',
    )
    const demo = await catalogue({ kind: 'demo' }).resolve('shoal-demo')
    expect(await demo?.continuationMode()).toBe('trailing')
  })

  test('without the store the mode is unknown, and no answer fails', async () => {
    const found = await model(catalogue({}, true), {})
    expect(await found.continuationMode()).toBe('none')
    await answer(found)
  })
})

test.each([
  ['https://api.deepseek.com/beta', undefined, 'prefix'],
  ['https://api.mistral.ai/v1', undefined, 'prefix'],
  ['https://deepseek.com.example/v1', undefined, 'trailing'],
  ['http://gpu:8000/v1', 'vllm', 'vllm'],
  ['http://gpu:8000/v1', 'llamacpp', 'trailing'],
])('the mode to test at %s served by %s: %s', (baseUrl, ownedBy, expected) => {
  const served = { id: 'm', name: 'm', ...(ownedBy === undefined ? {} : { ownedBy }) }
  expect(likelyContinuationMode(baseUrl, served)).toBe(expected)
})
