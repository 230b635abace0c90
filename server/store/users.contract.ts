import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../base/index.ts'
import { givenUser } from '../../test/support/store-fixture.ts'
import type { MakeStore, StoreUnderTest } from '../../test/support/store-fixture.ts'
import type { NewUser, Store } from './index.ts'

export function describeUsers(name: string, make: MakeStore): void {
  describe(`users, ${name}`, () => {
    let under: StoreUnderTest
    let store: Store
    beforeAll(async () => {
      under = await make()
      ;({ store } = under)
    })
    afterAll(() => under.close())

    const newcomer = (email: string): NewUser => ({
      id: newId(),
      email,
      name: 'First',
      passwordHash: 'h',
      role: 'user',
      tokenEpoch: newId(),
    })

    test('of many simultaneous first sign-ups, one creates an account, as administrator', async () => {
      const other = await under.another()
      const outcomes = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          (n % 2 ? store : other).users.create(newcomer(`first${n}@example.org`), { onlyFirst: true }),
        ),
      )
      expect(outcomes.filter((outcome) => outcome === 'created')).toHaveLength(1)
      expect(outcomes.filter((outcome) => outcome === 'not-first')).toHaveLength(19)
      expect(await store.users.count()).toBe(1)
      expect((await store.users.list({ limit: 5 })).items[0]?.role).toBe('admin')
    })

    test('an address is unique and found whatever its case', async () => {
      const user = await givenUser(store, { email: 'Ada@Example.org' })
      expect(await store.users.create(newcomer('aDA@example.ORG'))).toBe('email-taken')
      expect(await store.users.byEmail('ADA@example.org')).toEqual(user)
      expect(user).toMatchObject({
        email: 'Ada@Example.org',
        active: true,
        preferences: '{}',
        lastActiveAt: null,
      })
      expect(await store.users.byId('nobody')).toBeUndefined()
    })

    test('a list is paged by key, newest first, and searched by name, address and role', async () => {
      const word = `w${newId()}`
      const made = []
      for (let n = 0; n < 5; n++)
        made.push(await givenUser(store, { name: `N${n} ${word}_100%`, role: 'pending' }))
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const page = await store.users.list({
          q: word.toUpperCase(),
          limit: 2,
          ...(cursor !== undefined && { cursor }),
        })
        seen.push(...page.items.map(({ id }) => id))
        cursor = page.next ?? undefined
      } while (cursor !== undefined)
      expect(seen).toEqual(made.map(({ id }) => id).toReversed())
      expect((await store.users.list({ q: `${word}_100%`, limit: 9 })).items).toHaveLength(5)
      expect((await store.users.list({ q: `${word}x100`, limit: 9 })).items).toHaveLength(0)
      expect((await store.users.list({ q: made[3]!.email, limit: 9 })).items.map(({ id }) => id)).toEqual([
        made[3]!.id,
      ])
      expect((await store.users.list({ q: word, role: 'admin', limit: 9 })).items).toEqual([])
      const foreign = await store.users.list({ q: word, cursor: 'nonsense', limit: 9 })
      expect(foreign.items).toHaveLength(5)
    })

    test('D19: words are found with and without accents, in any order, and counted', async () => {
      const word = `w${newId().toLowerCase()}`
      for (let n = 0; n < 3; n++) await givenUser(store, { name: `Mar\u00eda Garc\u00eda ${word}` })
      await givenUser(store, { name: `Jos\u00e9 Garcia ${word}`, role: 'pending' })
      const before = await store.users.counts({})
      for (const q of [`garcia ${word}`, `${word} GARC\u00cdA`, `Garci\u0301a ${word}`]) {
        expect((await store.users.list({ q, limit: 9 })).items).toHaveLength(4)
        expect(await store.users.counts({ q })).toEqual({ total: 4, pending: before.pending })
      }
      expect(await store.users.counts({ q: `maria ${word}` })).toMatchObject({ total: 3 })
      expect(await store.users.counts({ q: word, role: 'pending' })).toMatchObject({ total: 1 })
    })

    test('D19: a list is sorted by name without regard to accents, or by last activity, on every page', async () => {
      const word = `w${newId().toLowerCase()}`
      const ids = new Map<string, string>()
      for (const name of ['Zoe', '\u00d6zil', 'Oz', '\u00c5ngstr\u00f6m', 'oscar'])
        ids.set((await givenUser(store, { name: `${name} ${word}` })).id, name)
      const inOrder = async (sort: 'name' | 'active'): Promise<(string | undefined)[]> => {
        const seen = []
        let cursor: string | undefined
        do {
          const page = await store.users.list({
            q: word,
            sort,
            limit: 2,
            ...(cursor !== undefined && { cursor }),
          })
          seen.push(...page.items.map(({ id }) => ids.get(id)))
          cursor = page.next ?? undefined
        } while (cursor !== undefined)
        return seen
      }
      expect(await inOrder('name')).toEqual(['\u00c5ngstr\u00f6m', 'oscar', 'Oz', '\u00d6zil', 'Zoe'])
      const [zoe, , oz] = [...ids.keys()]
      await store.users.touch(oz!, 5000)
      await store.users.touch(zoe!, 4000)
      expect((await inOrder('active')).slice(0, 2)).toEqual(['Oz', 'Zoe'])
      expect(await inOrder('active')).toHaveLength(5)
    })

    test('a new name can be searched for at once; preferences and last activity are stored', async () => {
      const user = await givenUser(store)
      const name = `Grace ${newId()}`
      expect((await store.users.rename(user.id, name))?.name).toBe(name)
      expect((await store.users.list({ q: name, limit: 9 })).items).toHaveLength(1)
      expect((await store.users.list({ q: user.email, limit: 9 })).items).toHaveLength(1)
      await store.users.changePreferences(user.id, { theme: 'dark' })
      await store.users.touch(user.id, 2000)
      await store.users.touch(user.id, 1000)
      expect(await store.users.byId(user.id)).toMatchObject({
        preferences: '{"theme":"dark"}',
        lastActiveAt: 2000,
      })
      expect(await store.users.rename('nobody', 'x')).toBeUndefined()
    })

    test('a new epoch ends every session except the kept one, and increments the feed’s revision', async () => {
      const user = await givenUser(store)
      const ids = [newId(), newId(), newId()]
      for (const id of ids) {
        const times = { createdAt: 1, lastUsedAt: 1, expiresAt: null }
        await store.sessions.create({
          id,
          userId: user.id,
          epoch: user.tokenEpoch,
          device: 'd',
          address: 'a',
          ...times,
        })
      }
      const before = await store.revisions.list()
      const change = { passwordHash: 'new', tokenEpoch: newId() }
      const outcome = await store.users.changeAccess(user.id, change, {
        keepSession: { id: ids[1]!, secretHash: 'of the new token' },
      })
      expect(outcome).toMatchObject({ kind: 'changed', user: change })
      expect((await store.sessions.ofUser(user.id)).map(({ id }) => id)).toEqual([ids[1]])
      expect((await store.sessions.withUser(ids[1]!))?.session).toMatchObject({
        epoch: change.tokenEpoch,
        secretHash: 'of the new token',
      })
      expect(await store.sessions.withUser(ids[0]!)).toBeUndefined()
      const after = await store.revisions.list()
      const raised = after
        .filter((row) => !before.some((old) => old.nonce === row.nonce))
        .map((row) => row.name)
      expect(raised).toEqual(['revocations'])
      expect(await store.users.changeAccess('nobody', { active: false })).toEqual({ kind: 'missing' })
    })

    test('two administrators who demote each other at once do not both succeed', async () => {
      const other = await under.another()
      for (const { id } of (await store.users.list({ role: 'admin', limit: 100 })).items) {
        await store.users.changeAccess(id, { role: 'user' })
      }
      for (let round = 0; round < 20; round++) {
        const left = (await store.users.list({ role: 'admin', limit: 100 })).items
        while (left.length < 2) left.push(await givenUser(store, { role: 'admin' }))
        const [one, two] = [left[0]!.id, left[1]!.id]
        const outcomes = await Promise.all([
          store.users.changeAccess(one, { role: 'user' }),
          other.users.changeAccess(two, round % 2 ? { active: false } : { role: 'pending' }),
        ])
        expect(outcomes.map(({ kind }) => kind).sort(), `round ${round}`).toEqual(['changed', 'last-admin'])
        await store.users.changeAccess(two, { active: true })
      }
    })
  })
}
