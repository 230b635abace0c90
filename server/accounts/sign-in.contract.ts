import { describe, expect, test } from 'vitest'
import { meta, openWorld, password } from '../../test/support/accounts-world.ts'
import type { OpenStore } from '../../test/support/accounts-world.ts'

const bodyOf = (name: string) => ({ body: { name, email: `${name}@example.com`, password } })

export function describeSignIn(name: string, openStore: OpenStore): void {
  describe(`sign-up and sign-in on ${name}`, () => {
    test('the first user to sign up becomes administrator, then sign-up is closed', async () => {
      const world = await openWorld(openStore, { signUp: false })
      expect(await world.accounts.signUpMode()).toBe('first')
      const { caller } = await world.signUp('ann')
      expect(caller).toMatchObject({ user: { role: 'admin', email: 'ann@example.com', name: 'ann' } })
      expect(await world.accounts.signUpMode()).toBe('closed')
      await expect(world.signUp('bob')).rejects.toMatchObject({ code: 'sign_up_closed' })
      expect(await world.store.users.count()).toBe(1)
    })

    test('S23: the first account needs the setup code, except on the server’s own machine', async () => {
      const world = await openWorld(openStore)
      const { setupCode, useCases } = world.accounts
      const from = (local: boolean, code?: string): Promise<unknown> =>
        useCases.signUp(
          undefined,
          { body: { ...bodyOf('ann').body, ...(code !== undefined && { setupCode: code }) } },
          meta({ local }),
        )
      for (const wrong of [undefined, '', '0000-0000-0000', `${setupCode}0`]) {
        await expect(from(false, wrong)).rejects.toMatchObject({
          code: 'setup_code_needed',
          field: 'setupCode',
        })
      }
      expect(await world.store.users.count()).toBe(0)
      await from(false, setupCode.toLowerCase())
      expect((await world.store.users.byEmail('ann@example.com'))?.role).toBe('admin')
      // Only the first account needs the code.
      await useCases.signUp(undefined, bodyOf('bob'), meta({ local: false }))
      const other = await openWorld(openStore)
      await other.signUp('ann')
      expect(await other.store.users.count()).toBe(1)
    })

    test('S23: the command line creates the first account without the setup code', async () => {
      const world = await openWorld(openStore)
      const first = { email: 'ann@example.com', name: 'Ann', password }
      await world.accounts.operator.createUser({ ...first, role: 'admin' })
      expect(await world.accounts.signUpMode()).toBe('open')
      const other = await openWorld(openStore)
      expect(await other.accounts.operator.ensureFirstAdmin(first)).toBe(true)
    })

    test('two concurrent first sign-ups: one becomes administrator, the other an ordinary user or is rejected', async () => {
      const world = await openWorld(openStore, { signUp: false })
      const both = await Promise.allSettled([world.signUp('ann'), world.signUp('bob')])
      expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
      const open = await openWorld(openStore, { defaultRole: 'pending' })
      const roles = (await Promise.all([open.signUp('ann'), open.signUp('bob')])).map(
        ({ caller }) => caller.user.role,
      )
      expect(roles.toSorted()).toEqual(['admin', 'pending'])
    })

    test.each(['pending', 'user', 'admin'] as const)('DEFAULT_USER_ROLE=%s', async (defaultRole) => {
      const world = await openWorld(openStore, { defaultRole })
      await world.signUp('ann')
      expect((await world.signUp('bob')).caller.user.role).toBe(defaultRole)
    })

    test('an email address can be used once, regardless of upper and lower case', async () => {
      const world = await openWorld(openStore)
      await world.signUp('ann')
      const again = { body: { ...bodyOf('other').body, email: 'ANN@example.com' } }
      await expect(world.accounts.useCases.signUp(undefined, again, meta())).rejects.toMatchObject({
        code: 'email_taken',
        field: 'email',
      })
    })

    test('U+0000 and lone surrogates in a name are replaced', async () => {
      const world = await openWorld(openStore)
      const body = { ...bodyOf('ann').body, name: 'A\u0000n\uD800n' }
      const { user } = await world.accounts.useCases.signUp(undefined, { body }, meta())
      expect(user.name).toBe('A\uFFFDn\uFFFDn')
    })

    test('a wrong password and an unknown email address get the same error after the same work', async () => {
      const world = await openWorld(openStore)
      await world.signUp('ann')
      const refused = async (email: string, given: string): Promise<unknown> =>
        world.accounts.useCases
          .signIn(undefined, { body: { email, password: given } }, meta())
          .catch((error: unknown) => error)
      const wrong = await refused('ann@example.com', 'something else')
      const unknown = await refused('nobody@example.com', password)
      expect(wrong).toMatchObject({ code: 'wrong_credentials' })
      expect(unknown).toEqual(wrong)
      expect(world.compared).toEqual(['stored', 'decoy'])
    })

    test('only a sign-in with the right password reveals that the account is deactivated', async () => {
      const world = await openWorld(openStore)
      const { caller: admin } = await world.signUp('ann')
      const { caller: bob } = await world.signUp('bob')
      const id = { params: { id: bob.user.id } }
      await world.accounts.useCases.updateUser(admin, { ...id, body: { active: false } })
      await expect(world.signIn('bob')).rejects.toMatchObject({ code: 'account_inactive' })
      const body = { email: 'bob@example.com', password: 'something else' }
      await expect(world.accounts.useCases.signIn(undefined, { body }, meta())).rejects.toMatchObject({
        code: 'wrong_credentials',
      })
    })

    test('15 attempts per account and address in three minutes; other addresses and accounts are not affected', async () => {
      const world = await openWorld(openStore)
      await world.signUp('ann')
      await world.signUp('bob')
      for (let i = 0; i < 15; i++) await world.signIn('ann')
      const refused = world.signIn('ann')
      await expect(refused).rejects.toMatchObject({ code: 'rate_limited' })
      const { retryAfterMs } = (await refused.catch((error: unknown) => error)) as { retryAfterMs: number }
      expect(retryAfterMs).toBeGreaterThan(0)
      await world.signIn('bob')
      await world.signIn('ann', { address: '198.51.100.8' })
      world.clock.advance(retryAfterMs)
      await world.signIn('ann')
    })

    test('an address that tries many accounts is limited together with its subnet', async () => {
      const world = await openWorld(openStore)
      await world.signUp('ann')
      const guess = async (email: string, address: string): Promise<unknown> =>
        world.accounts.useCases
          .signIn(undefined, { body: { email, password: 'a guess' } }, meta({ address }))
          .catch((error: unknown) => (error as { code?: string }).code)
      const codes: unknown[] = []
      for (let n = 0; n < 155; n++) codes.push(await guess(`nobody${n}@example.com`, '2001:db8::1'))
      expect(codes.indexOf('rate_limited')).toBe(150)
      // Another address in the same subnet counts as the same source.
      expect(await guess('x@example.com', '2001:db8::2')).toBe('rate_limited')
      await world.signIn('ann', { address: '2001:db8::3' })
    })

    test('over plain HTTP, a cookie for HTTPS only is rejected before anything is stored', async () => {
      const world = await openWorld(openStore, { cookies: { sameSite: 'none', secure: true } })
      await expect(world.signUp('ann')).rejects.toMatchObject({ code: 'insecure_cookie' })
      expect(await world.store.users.count()).toBe(0)
      const nobody = { body: { email: 'nobody@example.com', password } }
      await expect(world.accounts.useCases.signIn(undefined, nobody, meta())).rejects.toMatchObject({
        code: 'insecure_cookie',
      })
      const request = meta({ secure: true })
      await world.accounts.useCases.signUp(undefined, bodyOf('ann'), request)
      expect(request.setCookie[0]).toMatch(
        /^__Host-shoal_\w+=[^;]+; Path=\/; Max-Age=2419200; HttpOnly; SameSite=None; Secure$/,
      )
    })

    test('an unavailable database is not reported as a wrong password', async () => {
      const world = await openWorld(openStore)
      await world.signUp('ann')
      world.tap.away.add('users.byEmail')
      await expect(world.signIn('ann')).rejects.toMatchObject({ name: 'StoreError', kind: 'unavailable' })
    })

    test('the list of sessions shows device and address', async () => {
      const world = await openWorld(openStore)
      const { caller } = await world.signUp('ann')
      const { items } = await world.accounts.useCases.listSessions(caller)
      expect(items).toEqual([
        expect.objectContaining({
          id: caller.credential.id,
          device: 'Firefox on Linux',
          address: '198.51.100.7',
          current: true,
          expiresAt: world.clock.now() + 28 * 86_400_000,
        }),
      ])
    })
  })
}
