import { describe, expect, test } from 'vitest'
import { newId } from '../base/index.ts'
import { day, meta, openWorld, password } from '../../test/support/accounts-world.ts'
import type { OpenStore, World } from '../../test/support/accounts-world.ts'
import { createSessionTokens } from './session-token.ts'

const unauthenticated = { code: 'unauthenticated' }
const secretKey = 'a secret of the tests, long enough'

/** A session as earlier versions created it: a row without a secret hash, and a token without a random part. */
async function formerSession(world: World, expiresAt: number | null): Promise<{ token: string; id: string }> {
  const user = (await world.store.users.byEmail('ann@example.com'))!
  const id = newId()
  const now = world.clock.now()
  await world.store.sessions.create({
    id,
    userId: user.id,
    epoch: user.tokenEpoch,
    device: 'Firefox',
    address: '',
    createdAt: now,
    lastUsedAt: now,
    expiresAt,
  })
  const claims = { sid: id, uid: user.id, epoch: user.tokenEpoch, expiresAt }
  return { id, token: createSessionTokens(secretKey, world.clock).sign(claims) }
}

const tokenIn = (line = ''): string => /=([^;]*)/.exec(line)?.[1] ?? ''

export function describeBrowserSessions(name: string, openStore: OpenStore): void {
  const open = async (changes = {}): Promise<World> => {
    const world = await openWorld(openStore, changes)
    await world.signUp('ann')
    return world
  }

  describe(`S13: an attacker who can read the database, its secret included, on ${name}`, () => {
    test('S13: cannot forge the token of a session', async () => {
      const world = await open()
      const token = await world.signIn('ann')
      const [session] = await world.store.sessions.ofUser((await world.caller(token)).user.id)
      const { id: sid, userId: uid, epoch, expiresAt, secretHash } = session!
      const forger = createSessionTokens(secretKey, world.clock)
      const { accounts: fresh } = await world.addInstance()
      for (const secret of [undefined, '', secretHash!, 'a guess']) {
        const forged = forger.sign({ sid, uid, epoch, expiresAt, ...(secret !== undefined && { secret }) })
        for (const accounts of [world.accounts, fresh]) {
          await expect(accounts.authenticator.authenticate({ bearer: forged })).rejects.toMatchObject(
            unauthenticated,
          )
        }
      }
      expect(token).not.toContain(secretHash)
      await world.caller(token)
    })

    test('S13: a new password gives the session a new random part', async () => {
      const world = await open()
      const token = await world.signIn('ann')
      const body = { current: password, next: 'a better password', revokeApiKeys: false }
      const caller = await world.caller(token)
      const changed = await world.accounts.useCases.changePassword(caller, { body }, meta())
      await world.caller(changed.token)
      const { accounts: fresh } = await world.addInstance()
      await fresh.authenticator.authenticate({ bearer: changed.token })
      await expect(fresh.authenticator.authenticate({ bearer: token })).rejects.toMatchObject(unauthenticated)
    })
  })

  describe(`S13: a session of an earlier version, on ${name}`, () => {
    test('S13: stays valid, and the browser gets a token with a random part at the next request', async () => {
      const world = await open({ tokenLifetimeMs: null })
      const { token } = await formerSession(world, null)
      const { accounts: other } = await world.addInstance()
      const cookies = `token=${token}`
      // A socket cannot carry a cookie to the browser.
      await other.authenticator.authenticate({ cookies })
      const request = meta({ https: true })
      await Promise.all(
        [world.accounts, world.accounts, other].map(({ authenticator }) =>
          authenticator.authenticate({ cookies }, request),
        ),
      )
      const lines = request.setCookie
      expect(lines).toEqual([expect.stringMatching(/^__Host-shoal_\w+=[^;]+; .*; Secure$/)])
      const renewed = tokenIn(lines[0])
      for (const { authenticator } of [world.accounts, other])
        await authenticator.authenticate({ bearer: renewed })
      // Requests in flight still have the old token.
      await other.authenticator.authenticate({ cookies })
      world.clock.advance(60_001)
      for (const { authenticator } of [world.accounts, other]) {
        await expect(authenticator.authenticate({ cookies })).rejects.toMatchObject(unauthenticated)
        await authenticator.authenticate({ bearer: renewed })
      }
    })

    test('S13: ends at most 28 days after it began, if a program uses it', async () => {
      const world = await open({ tokenLifetimeMs: null })
      const { token } = await formerSession(world, null)
      world.clock.advance(28 * day - 1)
      await world.caller(token)
      world.clock.advance(60_001)
      await expect(world.caller(token)).rejects.toMatchObject(unauthenticated)
    })

    test('S13: does not end if the database is unavailable when it should be renewed', async () => {
      const world = await open()
      const { token } = await formerSession(world, null)
      world.tap.away.add('sessions.addSecret')
      const use = async (): Promise<string[]> => {
        const request = meta()
        await world.accounts.authenticator.authenticate({ cookies: `token=${token}` }, request)
        return request.setCookie
      }
      expect(await use()).toEqual([])
      world.tap.away.clear()
      expect(await use()).toHaveLength(1)
    })
  })

  describe(`a browser, on ${name}`, () => {
    test('S17: ends its session when it signs in again', async () => {
      const world = await open()
      await world.signUp('bob')
      const first = await world.signIn('ann')
      const elsewhere = await world.signIn('ann')
      const second = await world.signIn('bob', { cookies: world.cookieOf(first) })
      await expect(world.caller(first)).rejects.toMatchObject(unauthenticated)
      await world.caller(elsewhere)
      await world.caller(second)
      // A cookie of an ended session does not prevent the next sign-in.
      await world.signIn('ann', { cookies: world.cookieOf(first) })
    })

    test('S6: can sign in despite the guesses of others if it signed in before, but only to the same account', async () => {
      const world = await open()
      await world.signUp('bob')
      const body = { email: 'ann@example.com', password }
      const request = meta()
      await world.accounts.useCases.signIn(undefined, { body }, request)
      const cookies = request.setCookie.map((line) => line.split(';')[0]).join('; ')
      const guess = async (n: number, sent = ''): Promise<unknown> =>
        world.accounts.useCases
          .signIn(
            undefined,
            { body: { email: 'ann@example.com', password: 'a guess' } },
            meta({ address: `203.0.113.${n}`, cookies: sent }),
          )
          .catch((error: unknown) => (error as { code?: string }).code)
      const outcomes: unknown[] = []
      for (let n = 0; n < 100; n++) outcomes.push(await guess(n))
      expect(outcomes.at(-1)).toBe('rate_limited')
      await expect(world.signIn('ann', { address: '203.0.113.1' })).rejects.toMatchObject({
        code: 'rate_limited',
      })
      await world.signIn('ann', { address: '203.0.113.1', cookies })
      const ofBob = meta()
      await world.accounts.useCases.signIn(undefined, { body: { email: 'bob@example.com', password } }, ofBob)
      const bobs = ofBob.setCookie.map((line) => line.split(';')[0]).join('; ')
      await expect(world.signIn('ann', { address: '203.0.113.1', cookies: bobs })).rejects.toMatchObject({
        code: 'rate_limited',
      })
    })
  })
}
