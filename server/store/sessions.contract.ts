import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../base/index.ts'
import { givenUser } from '../../test/support/store-fixture.ts'
import type { MakeStore, StoreUnderTest } from '../../test/support/store-fixture.ts'
import type { ApiKeyRow, SessionRow, Store, UserRow } from './index.ts'

export function describeSessions(name: string, make: MakeStore): void {
  describe(`sessions and keys, ${name}`, () => {
    let under: StoreUnderTest
    let store: Store
    beforeAll(async () => {
      under = await make()
      ;({ store } = under)
    })
    afterAll(() => under.close())

    async function givenSession(user: UserRow, about: Partial<SessionRow> = {}): Promise<SessionRow> {
      const session: SessionRow = {
        id: newId(),
        userId: user.id,
        epoch: user.tokenEpoch,
        device: 'Firefox',
        address: '192.0.2.1',
        createdAt: 1000,
        lastUsedAt: 1000,
        expiresAt: null,
        ...about,
      }
      await store.sessions.create(session)
      return session
    }

    async function givenKey(user: UserRow, about: Partial<ApiKeyRow> = {}): Promise<ApiKeyRow> {
      const times = { createdAt: 1000, lastUsedAt: null, expiresAt: null }
      const key = {
        id: newId(),
        userId: user.id,
        name: 'script',
        hash: newId(),
        hint: 'sk-…',
        suspended: false,
        ...times,
        ...about,
      }
      await store.apiKeys.create(key)
      return key
    }

    const counterOf = async (feed: string): Promise<number> =>
      (await store.revisions.list()).find((row) => row.name === feed)?.counter ?? -1

    test('an open session is found with its user in one query', async () => {
      const user = await givenUser(store)
      const session = await givenSession(user)
      expect(await store.sessions.withUser(session.id)).toEqual({ session, user })
      await store.sessions.touch(session.id, 5000, 9_999_999_999_999)
      const later = await givenSession(user, { lastUsedAt: 6000 })
      const open = await store.sessions.ofUser(user.id)
      expect(open.map(({ id }) => id)).toEqual([later.id, session.id])
      expect(open[1]).toMatchObject({ lastUsedAt: 5000, expiresAt: 9_999_999_999_999 })
    })

    test('sessions that are unknown, ended, expired or of an old epoch are not found', async () => {
      const user = await givenUser(store)
      const expired = await givenSession(user, { expiresAt: 1 })
      // Created by a sign-in that ran at the same time as a password change.
      const late = await givenSession(user, { epoch: newId() })
      for (const id of [expired.id, late.id, 'unknown', 'nul\u0000']) {
        expect(await store.sessions.withUser(id)).toBeUndefined()
      }
      expect(await store.sessions.ofUser(user.id)).toEqual([])
    })

    test('only the user of a session can end it, once, and that increments the feed’s revision', async () => {
      const user = await givenUser(store)
      const session = await givenSession(user)
      const counter = await counterOf('revocations')
      expect(await store.sessions.end(session.id, (await givenUser(store)).id)).toBe(false)
      expect(await counterOf('revocations')).toBe(counter)
      expect(await store.sessions.end(session.id, user.id)).toBe(true)
      expect(await store.sessions.end(session.id, user.id)).toBe(false)
      expect(await counterOf('revocations')).toBe(counter + 1)
      expect(await store.sessions.withUser(session.id)).toBeUndefined()
      await store.sessions.touch(session.id, 1, null)
      expect(await store.sessions.withUser(session.id)).toBeUndefined()
    })

    test('a query since an earlier time returns what was revoked', async () => {
      const user = await givenUser(store)
      const session = await givenSession(user)
      const { now } = await store.sessions.revokedSince(0)
      await store.sessions.end(session.id, user.id)
      const whole = await store.users.changeAccess(user.id, { active: false })
      expect(whole.kind).toBe('changed')
      const revoked = await store.sessions.revokedSince(now)
      expect(revoked.sessionIds).toContain(session.id)
      expect(revoked.userIds).toContain(user.id)
      expect(revoked.now).toBeGreaterThanOrEqual(now)
      const later = await store.sessions.revokedSince(revoked.now + 60_000)
      expect(later).toMatchObject({ sessionIds: [], userIds: [] })
    })

    test('pruning removes only ended and expired sessions, at most the given number', async () => {
      const user = await givenUser(store)
      const open = await givenSession(user)
      const ended = await Promise.all([1, 2, 3].map(() => givenSession(user)))
      for (const { id } of ended) await store.sessions.end(id, user.id)
      await givenSession(user, { expiresAt: 5 })
      const { now } = await store.sessions.revokedSince(0)
      let total = 0
      for (
        let n = await store.sessions.prune(now + 1000, 2);
        n > 0;
        n = await store.sessions.prune(now + 1000, 2)
      ) {
        expect(n).toBeLessThanOrEqual(2)
        total += n
      }
      expect(total).toBeGreaterThanOrEqual(4)
      expect(await store.sessions.withUser(open.id)).toBeDefined()
    })

    test('an API key is found by its hash until it expires or is deleted, and the feed names its user', async () => {
      const user = await givenUser(store)
      const key = await givenKey(user)
      const expired = await givenKey(user, { expiresAt: 1 })
      expect(await store.apiKeys.byHash(key.hash)).toEqual({ key, user })
      expect(await store.apiKeys.byHash(expired.hash)).toBeUndefined()
      await store.apiKeys.touch(key.id, 7000)
      const listed = await store.apiKeys.ofUser(user.id)
      expect(listed.map(({ id }) => id).sort()).toEqual([key.id, expired.id].sort())
      expect(listed.find(({ id }) => id === key.id)?.lastUsedAt).toBe(7000)
      const { now } = await store.sessions.revokedSince(0)
      const counter = await counterOf('revocations')
      expect(await store.apiKeys.delete(key.id, 'somebody else')).toBe(false)
      expect(await store.apiKeys.delete(key.id, user.id)).toBe(true)
      expect(await store.apiKeys.byHash(key.hash)).toBeUndefined()
      expect(await counterOf('revocations')).toBe(counter + 1)
      expect((await store.sessions.revokedSince(now)).userIds).toContain(user.id)
    })
  })
}
