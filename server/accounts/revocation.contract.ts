import { describe, expect, test, vi } from 'vitest'
import { day, meta, openWorld, password } from '../../test/support/accounts-world.ts'
import type { OpenStore, World } from '../../test/support/accounts-world.ts'
import type { Revocation } from './authenticator.ts'
import { createSessionTokens } from './session-token.ts'

const unauthenticated = { code: 'unauthenticated' }

export function describeRevocation(name: string, openStore: OpenStore): void {
  describe(`revocation, on ${name}`, () => {
    test('authentication costs one statement the first time, and none for a session that this instance has seen', async () => {
      const world = await openWorld(openStore)
      await world.signUp('ann')
      const token = await world.signIn('ann')
      world.tap.calls.length = 0
      await Promise.all([world.caller(token), world.caller(token), world.caller(token)])
      expect(world.tap.calls).toEqual(['sessions.withUser'])
      for (let i = 0; i < 100; i++) await world.caller(token)
      expect(world.tap.calls).toEqual(['sessions.withUser'])
    })

    test('forged, damaged, foreign and expired tokens are rejected', async () => {
      const world = await openWorld(openStore)
      const { token, caller } = await world.signUp('ann')
      const [head, body, signature] = token.split('.')
      const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')
      const claims = { sid: caller.credential.id, uid: caller.user.id, epoch: 'e', expiresAt: null }
      const foreign = createSessionTokens('the secret of somebody else', world.clock).sign(claims)
      const oldEpoch = createSessionTokens('a secret of the tests, long enough', world.clock).sign(claims)
      const forged = [
        `${head}.${body}.${signature?.slice(0, -2)}`,
        `${none}.${body}.`,
        `${head}.${body}`,
        foreign,
      ]
      world.tap.calls.length = 0
      for (const bad of ['', 'x', 'a.b.c', 'x'.repeat(100_000), `${token}x`, ...forged]) {
        await expect(world.caller(bad), bad.slice(0, 40)).rejects.toMatchObject(unauthenticated)
      }
      expect(world.tap.calls).toEqual([])
      await expect(world.caller(oldEpoch)).rejects.toMatchObject(unauthenticated)
      world.clock.advance(28 * day - 1)
      await world.caller(token)
      world.clock.advance(1001)
      await expect(world.caller(token)).rejects.toMatchObject(unauthenticated)
      const { accounts: fresh } = await world.addInstance()
      await expect(fresh.authenticator.authenticate({ bearer: token })).rejects.toMatchObject(unauthenticated)
    })

    test.each<[string, (world: World, token: string) => Promise<unknown>]>([
      ['sign-out', async (w, t) => w.accounts.useCases.signOut(await w.caller(t), {}, meta())],
      [
        'sign-out everywhere',
        async (w) => w.accounts.useCases.signOutEverywhere(await w.caller(await w.signIn('bob')), {}, meta()),
      ],
      ['a new password', async (w) => changePassword(w, await w.signIn('bob'))],
      ['ended from another device', async (w, t) => endOther(w, t)],
      ['deactivation', async (w) => w.accounts.operator.setActive('bob@example.com', false)],
      ['a reset password', async (w) => w.accounts.operator.resetPassword('bob@example.com')],
    ])(
      '%s: the token is rejected here immediately, on other instances once they are notified',
      async (_, revoke) => {
        const world = await openWorld(openStore)
        await world.signUp('ann')
        const { token } = await world.signUp('bob')
        const other = await world.addInstance()
        const there = (): Promise<unknown> =>
          other.accounts.authenticator.authenticate({ cookies: `token=${token}` })
        await there()
        const notified: Revocation[] = []
        world.accounts.authenticator.onRevoked((revocation) => notified.push(revocation))
        await revoke(world, token)
        await expect(world.caller(token)).rejects.toMatchObject(unauthenticated)
        expect(world.announced.length).toBeGreaterThan(0)
        expect(notified.length).toBeGreaterThan(0)
        await there()
        await other.readRevocations()
        await expect(there()).rejects.toMatchObject(unauthenticated)
        // The token stays invalid after the cache is cleared, as after a restart.
        world.accounts.authenticator.forgetAll()
        await expect(world.caller(token)).rejects.toMatchObject(unauthenticated)
      },
    )

    test('a changed role applies immediately, and the session stays open with it', async () => {
      const world = await openWorld(openStore, { defaultRole: 'pending' })
      await world.signUp('ann')
      const { token, caller } = await world.signUp('bob')
      expect(caller.user.role).toBe('pending')
      const other = await world.addInstance()
      const there = async (): Promise<string> =>
        (await other.accounts.authenticator.authenticate({ bearer: token })).user.role
      expect(await there()).toBe('pending')
      await world.accounts.operator.setRole('bob@example.com', 'user')
      expect((await world.caller(token)).user.role).toBe('user')
      await other.readRevocations()
      expect(await there()).toBe('user')
    })

    test('a new password keeps the current session, but only with the new token', async () => {
      const world = await openWorld(openStore)
      const { token, caller } = await world.signUp('ann')
      const elsewhere = await world.signIn('ann')
      const renewed = await changePassword(world, token)
      expect((await world.caller(renewed)).credential.id).toBe(caller.credential.id)
      for (const old of [token, elsewhere])
        await expect(world.caller(old)).rejects.toMatchObject(unauthenticated)
      await expect(world.signIn('ann')).rejects.toMatchObject({ code: 'wrong_credentials' })
    })

    test('a revocation between reading a session and caching it is not lost', async () => {
      const world = await openWorld(openStore)
      const { caller } = await world.signUp('ann')
      const token = await world.signIn('ann')
      const { sid } = createSessionTokens('a secret of the tests, long enough', world.clock).read(token)!
      // The row has been read and says "open"; before the answer arrives, another instance ends the session.
      world.tap.after.set('sessions.withUser', async () => {
        world.tap.after.clear()
        await world.store.sessions.end(sid, caller.user.id)
        world.accounts.authenticator.revoked([sid], [])
      })
      await expect(world.caller(token)).rejects.toMatchObject(unauthenticated)
      await expect(world.caller(token)).rejects.toMatchObject(unauthenticated)
    })

    test('a request after a revocation does not share a read that began before it', async () => {
      const world = await openWorld(openStore)
      const { caller } = await world.signUp('ann')
      const token = await world.signIn('ann')
      const read = Promise.withResolvers<void>()
      const go = Promise.withResolvers<void>()
      world.tap.after.set('sessions.withUser', async () => {
        world.tap.after.clear()
        read.resolve()
        await go.promise
      })
      const before = world.caller(token)
      await read.promise
      await world.accounts.useCases.signOutEverywhere(caller, {}, meta())
      await expect(world.caller(token)).rejects.toMatchObject(unauthenticated)
      go.resolve()
      await expect(before).rejects.toMatchObject(unauthenticated)
    })

    test('after a write with an unknown outcome this instance rereads the session', async () => {
      const world = await openWorld(openStore)
      const { token, caller } = await world.signUp('ann')
      world.tap.after.set('users.changeAccess', () => Promise.reject(new Error('the answer was lost')))
      await expect(world.accounts.useCases.signOutEverywhere(caller, {}, meta())).rejects.toThrow(
        'the answer was lost',
      )
      await expect(world.caller(token)).rejects.toMatchObject(unauthenticated)
      expect(world.announced).toEqual(['revocations'])
    })

    test('an unavailable database signs no user out', async () => {
      const world = await openWorld(openStore)
      const { token } = await world.signUp('ann')
      const unseen = await world.signIn('ann')
      world.tap.away.add('sessions.withUser')
      await world.caller(token)
      await expect(world.caller(unseen)).rejects.toMatchObject({ code: 'store_unavailable', status: 503 })
      world.accounts.authenticator.forgetAll()
      await expect(world.caller(token)).rejects.toMatchObject({ code: 'store_unavailable' })
      world.tap.away.clear()
      await world.caller(token)
    })

    test('a user cannot sign other users out, nor make the fleet reread revocations', async () => {
      const world = await openWorld(openStore)
      const { token, caller: ann } = await world.signUp('ann')
      const { caller: bob } = await world.signUp('bob')
      const id = { params: { id: ann.credential.id } }
      await expect(world.accounts.useCases.endSession(bob, id)).rejects.toMatchObject({ code: 'not_found' })
      await expect(world.accounts.useCases.deleteApiKey(bob, id)).rejects.toMatchObject({ code: 'not_found' })
      await world.caller(token)
      expect(world.announced).toEqual([])
    })

    test('the time of last use is saved at most once a minute', async () => {
      const world = await openWorld(openStore)
      const { token, caller } = await world.signUp('ann')
      const touches = (): string[] => world.tap.calls.filter((call) => call === 'sessions.touch')
      for (let i = 0; i < 50; i++) await world.caller(token)
      world.clock.advance(60_000)
      for (let i = 0; i < 50; i++) await world.caller(token)
      await vi.waitFor(async () => {
        const [session] = await world.store.sessions.ofUser(caller.user.id)
        expect(session?.lastUsedAt).toBe(world.clock.now())
      })
      expect(touches()).toHaveLength(1)
    })

    test('JWT_EXPIRES_IN=-1: the session never expires, and its cookie is renewed once a day', async () => {
      const world = await openWorld(openStore, { tokenLifetimeMs: null })
      const { token } = await world.signUp('ann')
      const [name = ''] = world.cookieOf(token).split('=')
      const use = async (): Promise<string[]> => {
        const request = meta()
        await world.accounts.authenticator.authenticate({ cookies: world.cookieOf(token) }, request)
        return request.setCookie
      }
      expect(await use()).toEqual([`${name}=${token}; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax`])
      expect(await use()).toEqual([])
      world.clock.advance(day)
      expect(await use()).toEqual([expect.stringContaining(`${name}=${token};`)])
      world.clock.advance(4000 * day)
      await use()
    })
  })
}

async function changePassword(world: World, token: string): Promise<string> {
  const body = { current: password, next: 'a better password', revokeApiKeys: false }
  const caller = await world.caller(token)
  const changed = await world.accounts.useCases.changePassword(caller, { body })
  return changed.token
}

async function endOther(world: World, token: string): Promise<unknown> {
  const id = (await world.caller(token)).credential.id
  return world.accounts.useCases.endSession(await world.caller(await world.signIn('bob')), { params: { id } })
}
