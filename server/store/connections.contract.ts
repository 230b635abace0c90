import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../base/index.ts'
import type { MakeStore, StoreUnderTest } from '../../test/support/store-fixture.ts'
import type { ConnectionRow, Store } from './index.ts'

export function describeConnections(name: string, make: MakeStore): void {
  describe(`connections, ${name}`, () => {
    let under: StoreUnderTest
    let store: Store
    beforeAll(async () => {
      under = await make()
      ;({ store } = under)
    })
    afterAll(() => under.close())

    const feed = async (which: string) => (await store.revisions.list()).find((row) => row.name === which)

    test('an incremented revision has a new counter and a new nonce', async () => {
      const before = await feed('connections')
      await store.connections.create(connection())
      const after = await feed('connections')
      expect(after?.counter).toBe(before!.counter + 1)
      expect(after?.nonce).not.toBe(before?.nonce)
    })

    test('D25: the revision is incremented without a change', async () => {
      const [before, list] = [await feed('connections'), await store.connections.list()]
      await store.connections.incrementRevision()
      expect((await feed('connections'))?.counter).toBe(before!.counter + 1)
      expect(await store.connections.list()).toEqual(list)
    })

    const connection = (about: Partial<ConnectionRow> = {}): ConnectionRow => ({
      id: newId(),
      kind: 'openai',
      name: 'Provider',
      baseUrl: 'http://127.0.0.1:9/v1',
      key: 'sk-secret',
      prefix: '',
      enabled: true,
      order: 0,
      continues: 'auto',
      modelIds: [],
      ...about,
    })

    test('connections are listed in order, changed and deleted', async () => {
      for (const { id } of await store.connections.list()) await store.connections.delete(id)
      const [one, two] = [connection({ order: 2 }), connection({ order: 1, key: null, enabled: false })]
      await store.connections.create(one)
      await store.connections.create(two)
      expect(await store.connections.list()).toEqual([two, one])
      const keeps = (): boolean => true
      const change = {
        key: 'other',
        name: 'New',
        enabled: false,
        order: 0,
        modelIds: ['a', 'ü/b'],
      }
      Object.assign(change, { openAiParamsOnly: true })
      const changed = await store.connections.update(one.id, change, keeps)
      expect(changed).toEqual({ connection: { ...one, ...change }, keyRemoved: false })
      expect(await store.connections.update(one.id, { key: null }, keeps)).toMatchObject({
        connection: { key: null, name: 'New', modelIds: ['a', 'ü/b'] },
        keyRemoved: false,
      })
      expect(await store.connections.update('none', { name: 'x' }, keeps)).toBeUndefined()
      expect(await store.connections.delete(one.id)).toBe(true)
      expect(await store.connections.delete(one.id)).toBe(false)
      expect(await store.connections.list()).toEqual([two])
    })

    test('S5: whether a key is kept depends on the address that is stored at that moment', async () => {
      const one = connection({ baseUrl: 'http://one' })
      await store.connections.create(one)
      const asked: string[][] = []
      const update = (change: Partial<ConnectionRow>, keeps: boolean) =>
        store.connections.update(one.id, change, (...addresses) => {
          asked.push(addresses)
          return keeps
        })
      expect(await update({ name: 'New' }, false)).toMatchObject({
        connection: { key: 'sk-secret' },
        keyRemoved: false,
      })
      expect(await update({ baseUrl: 'http://two' }, true)).toMatchObject({
        connection: { key: 'sk-secret' },
      })
      expect(await update({ baseUrl: 'http://three', key: 'sk-new' }, false)).toMatchObject({
        connection: { key: 'sk-new' },
        keyRemoved: false,
      })
      expect(await update({ baseUrl: 'http://four' }, false)).toMatchObject({
        connection: { key: null, baseUrl: 'http://four' },
        keyRemoved: true,
      })
      expect(await update({ baseUrl: 'http://five' }, false)).toMatchObject({ keyRemoved: false })
      expect(asked).toEqual([
        ['http://one', 'http://two'],
        ['http://three', 'http://four'],
        ['http://four', 'http://five'],
      ])
    })

    test('A2: connections that are created simultaneously on different instances get different positions', async () => {
      const other = await under.another()
      for (const { id } of await store.connections.list()) await store.connections.delete(id)
      const orders = await Promise.all(
        [store, other, store, other].map(async ({ connections }) => {
          return (await connections.create({ ...connection(), order: null })).order
        }),
      )
      expect(orders.toSorted()).toEqual([0, 1, 2, 3])
    })

    test('what was learnt about a model is stored by address and model', async () => {
      await store.connections.learn('http://a', 'm', 'none')
      await store.connections.learn('http://a', 'm', 'prefix')
      expect(await store.connections.learnt('http://a', 'm')).toBe('prefix')
      expect(await store.connections.learnt('http://b', 'm')).toBeUndefined()
    })
  })
}
