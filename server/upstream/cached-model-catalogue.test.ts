import { afterEach, describe, expect, test, vi } from 'vitest'
import { startScriptedProvider } from '../../test/support/scripted-provider.ts'
import type { ScriptedProvider } from '../../test/support/scripted-provider.ts'
import { silentLogger } from '../base/index.ts'
import { createModelCatalogue } from './cached-model-catalogue.ts'
import type { ModelCatalogueOptions } from './cached-model-catalogue.ts'
import type { ModelCatalogue } from './model-catalogue.ts'
import type { ConnectionConfig } from './upstream.ts'

const open: ScriptedProvider[] = []
afterEach(async () => {
  for (const provider of open.splice(0)) await provider.close()
})

async function start(...names: string[]): Promise<ScriptedProvider> {
  const provider = await startScriptedProvider(Object.fromEntries(names.map((name) => [name, { words: 3 }])))
  open.push(provider)
  return provider
}

let now = 0
const clock = { now: () => now, monotonic: () => now }

function connection(name: string, baseUrl: string, rest: Partial<ConnectionConfig> = {}): ConnectionConfig {
  const fixed = {
    kind: 'openai',
    key: null,
    prefix: '',
    enabled: true,
    order: 0,
    continues: 'none',
    modelIds: [],
    source: 'page',
  } as const
  return { ...fixed, id: name.toLowerCase(), name, baseUrl, ...rest }
}

function catalogue(
  connections: ConnectionConfig[] | (() => ConnectionConfig[]),
  options: Partial<ModelCatalogueOptions> = {},
): ModelCatalogue {
  return createModelCatalogue({
    connections: typeof connections === 'function' ? connections : () => connections,
    learnt: () => Promise.resolve(undefined),
    learn: () => Promise.resolve(),
    clock,
    logger: silentLogger,
    firstMs: 150,
    ...options,
  })
}

const ids = async (models: ModelCatalogue): Promise<string[]> =>
  (await models.list()).models.map(({ id }) => id)
/** A port on which nothing listens. */
const dead = 'http://127.0.0.1:1/v1'

async function say(models: ModelCatalogue, id: string): Promise<unknown> {
  const found = await models.resolve(id)
  await found?.generate({ messages: [] }, () => undefined, new AbortController().signal)
  return found?.connectionName
}

describe('B4: a connection that names its models', () => {
  test('offers exactly these, with its prefix, and does not request its provider’s list', async () => {
    const provider = await start('a', 'b', 'c')
    const models = catalogue([
      connection('One', provider.v1, { modelIds: ['b', 'unlisted'], prefix: 'lab' }),
      connection('Dead', dead, { modelIds: ['x'] }),
    ])
    expect(await models.list()).toMatchObject({
      models: [{ id: 'lab/b', name: 'b' }, { id: 'lab/unlisted' }, { id: 'x' }],
      problems: [],
    })
    expect(await say(models, 'lab/b')).toBe('One')
    expect(provider.calls.at(-1)?.model).toBe('b')
    expect(await models.resolve('lab/a')).toBeUndefined()
    expect(provider.lists()).toBe(0)
  })
})

describe('the models of all connections', () => {
  test('are merged in order, with the connection', async () => {
    const [one, two] = [await start('a', 'b'), await start('c')]
    const models = catalogue([
      connection('One', one.v1),
      connection('Off', dead, { enabled: false }),
      connection('Two', two.url, { kind: 'ollama' }),
    ])
    expect(await models.list()).toEqual({
      problems: [],
      models: [
        { id: 'a', name: 'a', connectionId: 'one', connectionName: 'One', demo: false },
        { id: 'b', name: 'b', connectionId: 'one', connectionName: 'One', demo: false },
        { id: 'c', name: 'c', connectionId: 'two', connectionName: 'Two', demo: false },
      ],
    })
  })

  test('D11: the demo model is listed until another connection has models', async () => {
    const one = await start('a')
    one.listAnswer = { status: 401, body: '{}' }
    const worked: string[] = []
    const connections = [connection('One', one.v1), connection('Demo', '', { kind: 'demo' })]
    const models = catalogue(connections, { onLoaded: ({ name }) => worked.push(name) })
    const { models: listed, problems } = await models.list()
    const demo = { connectionId: 'demo', connectionName: 'Demo', demo: true }
    expect(listed).toEqual([{ id: 'shoal-demo', name: 'Demo (built in)', ...demo }])
    expect(problems).toMatchObject([{ connectionName: 'One', code: 'upstream_key_refused' }])
    expect(worked).not.toContain('One')
    one.listAnswer = undefined
    models.refresh()
    expect(await ids(models)).toEqual(['a'])
    expect(worked).toContain('One')
    expect((await models.resolve('shoal-demo'))?.demo).toBe(true)
  })

  test('D11: the state of a connection tells its models, when they were listed, and why they are missing', async () => {
    const one = await start('a', 'b')
    const models = catalogue([
      connection('One', one.v1),
      connection('Dead', dead),
      connection('Named', dead, { modelIds: ['x'] }),
      connection('Off', dead, { enabled: false }),
    ])
    now = 50
    expect(models.states().get('one')).toMatchObject({ models: undefined, pending: true })
    await models.list()
    expect([...models.states().keys()]).toEqual(['one', 'dead', 'named'])
    expect(models.states().get('one')).toEqual({
      models: 2,
      checkedAt: 50,
      problem: undefined,
      pending: false,
    })
    expect(models.states().get('dead')).toMatchObject({
      models: undefined,
      checkedAt: 50,
      problem: { code: 'upstream_unreachable', detail: { reason: 'not_listening' } },
    })
    expect(models.states().get('named')).toMatchObject({ models: 1, checkedAt: undefined })
  })

  test('get a prefix if the connection has one or their names clash, and are found by it', async () => {
    const [one, two, three, four] = [
      await start('a', 'b'),
      await start('a'),
      await start('a'),
      await start('a'),
    ]
    const models = catalogue([
      connection('One', one.v1),
      connection('Two', two.v1),
      connection('Two', three.v1, { id: 'three' }),
      connection('Four', four.v1, { prefix: 'four' }),
      connection('Five', four.v1, { prefix: 'five.' }),
    ])
    expect(await ids(models)).toEqual(['a', 'b', 'Two/a', 'Two-2/a', 'four/a', 'five.a'])
    for (const id of ['a', 'Two/a', 'Two-2/a', 'four/a', 'One/a']) await say(models, id)
    expect([one, two, three, four].map(({ calls }) => calls.map((call) => call.model))).toEqual([
      ['a', 'a'],
      ['a'],
      ['a'],
      ['a'],
    ])
    expect((await models.resolve('four/a'))?.upstreamModel).toBe('a')
    expect(await models.resolve('four/z')).toBeUndefined()
  })

  test('an unreachable provider and one that does not respond are reported, and delay only the first call', async () => {
    const [one, silent] = [await start('a'), await start('b')]
    silent.listAnswer = 'hang'
    const models = catalogue([
      connection('Dead', dead),
      connection('Silent', silent.v1),
      connection('One', one.v1),
    ])
    const { models: listed, problems } = await models.list()
    expect(listed.map(({ id }) => id)).toEqual(['a'])
    expect(problems).toEqual([
      {
        connectionName: 'Dead',
        code: 'upstream_unreachable',
        message: 'The model provider cannot be reached: nothing is listening at its address.',
        detail: { reason: 'not_listening' },
      },
      {
        connectionName: 'Silent',
        code: 'upstream_silent',
        message: 'The provider has not sent its list of models yet.',
        detail: { reason: 'not_listed_yet' },
      },
    ])
    // The second call does not wait for the lists: it resolves before a timer fires.
    const late = new Promise((resolve) => setTimeout(resolve, 100, 'late'))
    expect(await Promise.race([ids(models), late])).toEqual(['a'])
    expect(await Promise.race([say(models, 'a'), late])).toBe('One')
    now += 60_001
    await models.list()
    await vi.waitFor(() => expect(one.lists()).toBe(2))
    expect(silent.lists()).toBe(1)
  })

  test('a list is cached, refreshed in the background when it is old, and kept after a failure', async () => {
    const one = await start('a')
    const models = catalogue([connection('One', one.v1)])
    await models.list()
    one.scripts.b = {}
    expect(await ids(models)).toEqual(['a'])
    expect(one.lists()).toBe(1)
    now += 60_001
    expect(await ids(models)).toEqual(['a'])
    await vi.waitFor(async () => expect(await ids(models)).toEqual(['a', 'b']))
    expect(one.lists()).toBe(2)
    one.listAnswer = { status: 401, body: '{}' }
    now += 60_001
    await vi.waitFor(async () => expect((await models.list()).problems).toHaveLength(1))
    expect(await ids(models)).toEqual(['a', 'b'])
    one.listAnswer = undefined
    now += 10_001
    await vi.waitFor(async () => expect((await models.list()).problems).toEqual([]))
  })

  test('concurrent calls share one request', async () => {
    const one = await start('a')
    const models = catalogue([connection('One', one.v1)])
    await Promise.all(Array.from({ length: 20 }, () => models.list()))
    expect(one.lists()).toBe(1)
  })

  test('D25: a refresh reloads all lists, and keeps a list whose provider is down or slow', async () => {
    const [one, down, slow] = [await start('a'), await start('b'), await start('c')]
    const models = catalogue([
      connection('One', one.v1),
      connection('Down', down.v1),
      connection('Slow', slow.v1),
    ])
    expect(await ids(models)).toEqual(['a', 'b', 'c'])
    one.scripts.new = {}
    down.listAnswer = { status: 503, body: '{}' }
    slow.listAnswer = 'hang'
    models.refresh()
    expect(await ids(models)).toEqual(['a', 'new', 'b', 'c'])
    expect((await models.list()).problems).toMatchObject([{ connectionName: 'Down' }])
  })

  test('D25: a refresh during a reload does not keep the result of the older request', async () => {
    const one = await start('a')
    one.listDelayMs = 150
    const models = catalogue([connection('One', one.v1)], { firstMs: 5000 })
    const before = ids(models)
    await vi.waitFor(() => expect(one.lists()).toBe(1))
    one.listDelayMs = 0
    one.scripts.new = {}
    models.refresh()
    expect(await ids(models)).toEqual(['a', 'new'])
    // The older request still gets the list as it was.
    delete one.scripts.new
    await before
    expect(await ids(models)).toEqual(['a', 'new'])
    expect(one.lists()).toBe(2)
  })

  test('a changed connection is loaded anew, and a refresh reloads the list', async () => {
    const [one, two] = [await start('a'), await start('b')]
    let config = connection('One', one.v1)
    const models = catalogue(() => [config])
    expect(await ids(models)).toEqual(['a'])
    config = { ...config, baseUrl: two.v1 }
    expect(await ids(models)).toEqual(['b'])
    two.scripts.c = {}
    models.refresh()
    expect(await ids(models)).toEqual(['b', 'c'])
  })
})

describe('a model that is not in the lists', () => {
  test('causes one reload of the lists, but not one per call', async () => {
    const one = await start('a')
    const models = catalogue([connection('One', one.v1)])
    await models.list()
    one.scripts.b = {}
    now += 5001
    expect(await say(models, 'b')).toBe('One')
    expect(await models.resolve('c')).toBeUndefined()
    expect(await models.resolve('c')).toBeUndefined()
    expect(one.lists()).toBe(2)
  })

  test('is assumed at a provider whose list was never loaded', async () => {
    const [one, two] = [await start('a'), await start('b')]
    two.listAnswer = { status: 503, body: '{}' }
    const models = catalogue([connection('One', one.v1), connection('Two', two.v1)])
    expect(await say(models, 'b')).toBe('Two')
    expect(await say(models, 'Two/b')).toBe('Two')
    expect(two.calls.map(({ model }) => model)).toEqual(['b', 'b'])
    expect(await say(models, 'a')).toBe('One')
  })

  test('is not taken from a later connection while an earlier one that has it is slow to list its models', async () => {
    const [other, one, two] = [await start('b'), await start('a'), await start('a')]
    other.listDelayMs = 50
    one.listDelayMs = 200
    const models = catalogue(
      [connection('Other', other.v1), connection('One', one.v1), connection('Two', two.v1)],
      { firstMs: 5000 },
    )
    expect(await say(models, 'a')).toBe('One')
  })

  test('does not exist without any connection', async () => {
    expect(await catalogue([]).resolve('a')).toBeUndefined()
    expect(await catalogue([]).list()).toEqual({ models: [], problems: [] })
  })
})
