import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { silentLogger, systemClock } from '../base/index.ts'
import { openStore } from '../store/index.ts'
import type { Store } from '../store/index.ts'
import { ProviderConnections } from './provider-connections.ts'
import type { ConnectionFields } from './provider-connections.ts'

let dataDir: string
let store: Store
let connections: ProviderConnections
beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'shoal-connections-'))
  store = await openStore({ dataDir, secret: 'secret', clock: systemClock, logger: silentLogger })
  connections = new ProviderConnections({
    store: store.connections,
    environment: [],
    announceAndApply: () => connections.read(),
    changed: () => undefined,
  })
})
afterEach(async () => {
  await store.close()
  rmSync(dataDir, { recursive: true })
})

const fields: ConnectionFields = {
  kind: 'openai',
  name: 'One',
  baseUrl: 'https://one.example/v1',
  key: 'sk-one',
  prefix: '',
  enabled: true,
  continues: 'auto',
  modelIds: [],
}

const keys = (): (string | null)[] =>
  connections.list.filter(({ kind }) => kind !== 'demo').map(({ key }) => key)

describe('S5: a stored key is never sent to another server', () => {
  test.each([
    'https://two.example/v1',
    'http://one.example/v1',
    'https://one.example:8443/v1',
    'https://one.example.evil/v1',
    'https://sub.one.example/v1',
    'https://one.example@two.example/v1',
  ])('a new address with another origin and no new key removes the key: %s', async (baseUrl) => {
    const { id } = await connections.create(fields)
    expect(await connections.update(id, { baseUrl })).toMatchObject({
      baseUrl,
      hasKey: false,
      keyRemoved: true,
    })
    expect(keys()).toEqual([null])
    // The old address does not bring the key back.
    expect(await connections.update(id, { baseUrl: fields.baseUrl })).toMatchObject({
      hasKey: false,
      keyRemoved: false,
    })
  })

  test.each(['https://one.example/v2', 'https://ONE.example:443/v1?a=b', 'https://one.example/v1/'])(
    'a new path on the same server keeps the key: %s',
    async (baseUrl) => {
      const { id } = await connections.create(fields)
      expect(await connections.update(id, { baseUrl })).toMatchObject({ hasKey: true, keyRemoved: false })
      expect(keys()).toEqual(['sk-one'])
    },
  )

  test('a new key that is sent with the new address is stored', async () => {
    const { id } = await connections.create(fields)
    const change = { baseUrl: 'https://two.example/v1', key: 'sk-two' }
    expect(await connections.update(id, change)).toMatchObject({ hasKey: true, keyRemoved: false })
    expect(keys()).toEqual(['sk-two'])
  })

  test('a change of other fields keeps the key', async () => {
    const { id } = await connections.create(fields)
    expect(await connections.update(id, { name: 'New', enabled: false })).toMatchObject({
      hasKey: true,
      keyRemoved: false,
    })
  })

  test('testing another address does not use the stored key', async () => {
    const { id } = await connections.create(fields)
    const draft = (baseUrl: string) => connections.draft({ kind: 'openai', baseUrl, id }).key
    expect(draft(fields.baseUrl)).toBe('sk-one')
    expect(draft('https://two.example/v1')).toBeNull()
  })
})

describe('D11: the demo model', () => {
  const offersDemo = (): boolean => connections.list.some(({ kind }) => kind === 'demo')

  test('stays until a connection works, and does not come back when the provider is down', async () => {
    await connections.read()
    expect(offersDemo()).toBe(true)
    const { id } = await connections.create(fields)
    expect(offersDemo()).toBe(true)
    await connections.recordWorked(connections.list[0]!)
    expect(offersDemo()).toBe(false)
    const restarted = new ProviderConnections({
      store: store.connections,
      environment: [],
      announceAndApply: () => Promise.resolve(),
      changed: () => undefined,
    })
    await restarted.read()
    expect(restarted.list.map(({ kind }) => kind)).toEqual(['openai'])
    await connections.update(id, { enabled: false })
    expect(offersDemo()).toBe(true)
  })

  test('comes back if the only connection gets an address that never worked', async () => {
    const { id } = await connections.create(fields)
    await connections.recordWorked(connections.list[0]!)
    await connections.update(id, { baseUrl: 'https://wrong.example/v1' })
    expect(offersDemo()).toBe(true)
  })

  test('is not offered next to a connection that names its models', async () => {
    await connections.create({ ...fields, modelIds: ['a'] })
    expect(offersDemo()).toBe(false)
  })

  test('that a connection works is announced once', async () => {
    let announced = 0
    const counting = new ProviderConnections({
      store: store.connections,
      environment: [],
      announceAndApply: () => (announced++, counting.read()),
      changed: () => undefined,
    })
    await counting.create(fields)
    const [connection] = counting.list
    for (let times = 0; times < 3; times++) await counting.recordWorked(connection!)
    expect(announced).toBe(2)
  })
})

test('D11: a connection is shown with what is known of its provider', async () => {
  const { id } = await connections.create(fields)
  const problem = { code: 'upstream_key_refused', message: 'The key was refused.' }
  const states = new Map([[id, { models: 3, checkedAt: 7, problem, pending: false }]])
  expect(connections.present(states).items[0]?.state).toEqual({ models: 3, checkedAt: 7, problem })
  const unknown = { models: undefined, checkedAt: undefined, problem: undefined, pending: true }
  expect(connections.present(new Map([[id, unknown]])).items[0]?.state).toEqual({
    models: null,
    checkedAt: null,
    problem: null,
  })
})

test('B4: the models of a connection are stored, changed and shown without duplicates', async () => {
  const { id, modelIds } = await connections.create({ ...fields, modelIds: ['a', 'b', 'a'] })
  expect(modelIds).toEqual(['a', 'b'])
  expect(await connections.update(id, { modelIds: ['c'] })).toMatchObject({ modelIds: ['c'] })
  expect(await connections.update(id, { name: 'New' })).toMatchObject({ modelIds: ['c'] })
  expect(connections.present().items[0]).toMatchObject({ modelIds: ['c'] })
  expect(connections.list[0]?.modelIds).toEqual(['c'])
  expect(await connections.update(id, { openAiParamsOnly: true })).toMatchObject({ openAiParamsOnly: true })
  expect(connections.list[0]?.openAiParamsOnly).toBe(true)
  expect(await connections.update(id, { modelIds: [] })).toMatchObject({ modelIds: [] })
})
