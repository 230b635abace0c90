import { describe, expect, test } from 'vitest'
import { meta, openWorld, password } from '../../test/support/accounts-world.ts'
import type { OpenStore } from '../../test/support/accounts-world.ts'

export function describeAdministration(name: string, openStore: OpenStore): void {
  describe(`API keys, preferences and administration on ${name}`, () => {
    test('an API key works until it is revoked: here immediately, on other instances once they are notified', async () => {
      const world = await openWorld(openStore)
      const { caller } = await world.signUp('ann')
      const made = await world.accounts.useCases.createApiKey(caller, { body: { name: 'ci' } })
      expect(made.key).toMatch(/^sk-[\w-]{43}$/)
      expect(made.hint).toBe(`${made.key.slice(0, 8)}…`)
      const byKey = await world.caller(made.key)
      expect(byKey).toMatchObject({
        credential: { kind: 'api-key', id: made.id },
        user: { email: 'ann@example.com' },
      })
      const other = await world.addInstance()
      const there = (): Promise<unknown> => other.accounts.authenticator.authenticate({ bearer: made.key })
      await there()
      const stored = await world.store.apiKeys.ofUser(caller.user.id)
      expect(JSON.stringify(stored)).not.toContain(made.key)
      await world.accounts.useCases.deleteApiKey(caller, { params: { id: made.id } })
      await expect(world.caller(made.key)).rejects.toMatchObject({ code: 'unauthenticated' })
      await other.readRevocations()
      await expect(there()).rejects.toMatchObject({ code: 'unauthenticated' })
    })

    test('an API key expires at its time, which must be in the future', async () => {
      const world = await openWorld(openStore)
      const { caller } = await world.signUp('ann')
      const expiresAt = world.clock.now() + 60_000
      const { key } = await world.accounts.useCases.createApiKey(caller, { body: { name: 'x', expiresAt } })
      await world.caller(key)
      world.clock.advance(60_000)
      await expect(world.caller(key)).rejects.toMatchObject({ code: 'unauthenticated' })
      await expect(
        world.accounts.useCases.createApiKey(caller, { body: { name: 'x', expiresAt } }),
      ).rejects.toMatchObject({ code: 'bad_request', field: 'expiresAt' })
    })

    test('a key of a deactivated account is rejected with the reason', async () => {
      const world = await openWorld(openStore)
      await world.signUp('ann')
      const { caller } = await world.signUp('bob')
      const { key } = await world.accounts.useCases.createApiKey(caller, { body: { name: 'x' } })
      await world.caller(key)
      await world.accounts.operator.setActive('bob@example.com', false)
      await expect(world.caller(key)).rejects.toMatchObject({ code: 'account_inactive' })
      await world.accounts.operator.setActive('bob@example.com', true)
      await world.caller(key)
    })

    test('an API key may not do what needs a signed-in user', async () => {
      const world = await openWorld(openStore)
      const { caller } = await world.signUp('ann')
      const { key } = await world.accounts.useCases.createApiKey(caller, { body: { name: 'x' } })
      const byKey = await world.caller(key)
      const { useCases } = world.accounts
      const change = { body: { current: password, next: 'a better password', revokeApiKeys: false } }
      for (const attempt of [
        () => useCases.createApiKey(byKey, { body: { name: 'y' } }),
        () => useCases.changePassword(byKey, change, meta()),
        () => useCases.signOutEverywhere(byKey, {}, meta()),
        () => useCases.endSession(byKey, { params: { id: caller.credential.id } }),
      ]) {
        await expect(attempt()).rejects.toMatchObject({ code: 'forbidden' })
      }
    })

    test('an account has at most 100 keys', async () => {
      const world = await openWorld(openStore)
      const { caller } = await world.signUp('ann')
      const make = (): Promise<unknown> =>
        world.accounts.useCases.createApiKey(caller, { body: { name: 'x' } })
      for (let i = 0; i < 100; i++) await make()
      await expect(make()).rejects.toMatchObject({ code: 'bad_request' })
    })

    test('preferences: defaults, saved values, and values that another version wrote', async () => {
      const world = await openWorld(openStore)
      const { caller } = await world.signUp('ann')
      const { useCases } = world.accounts
      const defaults = await useCases.getPreferences(caller)
      expect(defaults).toEqual({ theme: 'system', language: 'system', sendKey: 'enter', defaultModel: null })
      const chosen = { ...defaults, theme: 'dark' as const, defaultModel: 'm\u0000' }
      await useCases.putPreferences(caller, { body: chosen })
      expect(await useCases.getPreferences(caller)).toEqual({ ...chosen, defaultModel: 'm\uFFFD' })
      const other = { theme: 'solarized', sendKey: 'mod-enter', defaultModel: null, further: 1 }
      await world.store.users.changePreferences(caller.user.id, other)
      expect(await useCases.getPreferences(caller)).toEqual({ ...defaults, sendKey: 'mod-enter' })
    })

    test('A2: a device that changes one preference reverts nothing that another device changed', async () => {
      const world = await openWorld(openStore)
      const { caller } = await world.signUp('ann')
      const { useCases } = world.accounts
      await Promise.all([
        useCases.putPreferences(caller, { body: { theme: 'dark' } }),
        useCases.putPreferences(caller, { body: { language: 'de' } }),
        useCases.putPreferences(caller, { body: { defaultModel: 'm' } }),
      ])
      const answer = await useCases.putPreferences(caller, { body: { sendKey: 'mod-enter' } })
      expect(answer).toEqual({ theme: 'dark', language: 'de', sendKey: 'mod-enter', defaultModel: 'm' })
      expect(await useCases.getPreferences(caller)).toEqual(answer)
    })

    test('a new name is visible immediately', async () => {
      const world = await openWorld(openStore)
      const { token, caller } = await world.signUp('ann')
      await world.accounts.useCases.updateAccount(caller, { body: { name: 'Anna' } })
      expect((await world.accounts.useCases.getMe(await world.caller(token))).name).toBe('Anna')
    })

    test('only administrators may manage users', async () => {
      const world = await openWorld(openStore)
      await world.signUp('ann')
      const { caller: bob } = await world.signUp('bob')
      const { useCases } = world.accounts
      const params = { id: bob.user.id }
      await expect(useCases.listUsers(bob, { query: { limit: 50, sort: 'newest' } })).rejects.toMatchObject({
        code: 'forbidden',
      })
      await expect(useCases.updateUser(bob, { params, body: { role: 'admin' } })).rejects.toMatchObject({
        code: 'forbidden',
      })
      const account = { name: 'Cy', email: 'cy@example.com', role: 'admin' as const }
      await expect(useCases.createUser(bob, { body: account })).rejects.toMatchObject({ code: 'forbidden' })
      await expect(useCases.resetPassword(bob, { params })).rejects.toMatchObject({ code: 'forbidden' })
    })

    test('the last administrator cannot be demoted or deactivated', async () => {
      const world = await openWorld(openStore)
      const { caller } = await world.signUp('ann')
      const { useCases } = world.accounts
      const params = { id: caller.user.id }
      for (const body of [{ role: 'user' as const }, { active: false }]) {
        await expect(useCases.updateUser(caller, { params, body })).rejects.toMatchObject({
          code: 'last_admin',
        })
      }
      await expect(
        useCases.updateUser(caller, { params: { id: 'nobody' }, body: { role: 'user' } }),
      ).rejects.toMatchObject({ code: 'not_found' })
      await expect(useCases.updateUser(caller, { params, body: {} })).rejects.toMatchObject({
        code: 'bad_request',
      })
      expect(world.announced).toEqual([])
    })

    test('an account that an administrator creates can sign in immediately, even if sign-up is closed', async () => {
      const world = await openWorld(openStore, { signUp: false })
      const { caller: admin } = await world.signUp('ann')
      const { useCases } = world.accounts
      const account = { name: 'Bob\u0000', email: 'bob@example.com', role: 'user' as const }
      const { user, password: given } = await useCases.createUser(admin, { body: account })
      expect(user).toMatchObject({ name: 'Bob\uFFFD', email: 'bob@example.com', role: 'user', active: true })
      const body = { email: 'bob@example.com', password: given }
      expect((await useCases.signIn(undefined, { body }, meta())).user.id).toBe(user.id)
      await expect(useCases.createUser(admin, { body: account })).rejects.toMatchObject({
        code: 'email_taken',
        field: 'email',
      })
    })

    test('after a reset the new password works and the old one does not', async () => {
      const world = await openWorld(openStore)
      const { caller: admin } = await world.signUp('ann')
      const { caller: bob } = await world.signUp('bob')
      const { useCases } = world.accounts
      const reset = await useCases.resetPassword(admin, { params: { id: bob.user.id } })
      await expect(world.signIn('bob')).rejects.toMatchObject({ code: 'wrong_credentials' })
      const body = { email: 'bob@example.com', password: reset.password }
      expect((await useCases.signIn(undefined, { body }, meta())).user.email).toBe('bob@example.com')
    })

    test('no view of a user contains the password hash or the epoch', async () => {
      const world = await openWorld(openStore)
      const { caller } = await world.signUp('ann')
      const { items } = await world.accounts.useCases.listUsers(caller, {
        query: { limit: 50, sort: 'newest' },
      })
      const fields = ['active', 'createdAt', 'email', 'id', 'lastActiveAt', 'name', 'role']
      for (const view of [...items, caller.user]) expect(Object.keys(view).toSorted()).toEqual(fields)
    })

    test('an operator creates, lists and changes accounts by email address, and errors name the wrong field', async () => {
      const world = await openWorld(openStore)
      const { operator } = world.accounts
      const ann = { email: 'Ann@Example.com', name: 'Ann', role: 'admin', password }
      expect(await operator.createUser(ann)).toMatchObject({ email: 'ann@example.com', role: 'admin' })
      for (const [change, field] of [
        [{ email: 'x' }, 'email'],
        [{ role: 'boss' }, 'role'],
        [{ password: 'short' }, 'password'],
        [{ name: ' ' }, 'name'],
      ] as const) {
        const attempt = operator.createUser({ ...ann, email: 'new@example.com', ...change })
        await expect(attempt, field).rejects.toMatchObject({ code: 'bad_request', field })
      }
      await expect(operator.createUser(ann)).rejects.toMatchObject({ code: 'email_taken' })
      await expect(operator.setRole('nobody@example.com', 'user')).rejects.toMatchObject({
        code: 'not_found',
      })
      for (let i = 0; i < 3; i++)
        await operator.createUser({ ...ann, email: `u${i}@example.com`, role: 'user' })
      expect((await operator.listUsers()).map(({ email }) => email).toSorted()).toEqual([
        'ann@example.com',
        'u0@example.com',
        'u1@example.com',
        'u2@example.com',
      ])
      const { key } = await operator.createApiKey('u0@example.com', 'script')
      expect((await world.caller(key)).user.email).toBe('u0@example.com')
    })

    test('WEBUI_ADMIN_EMAIL: the administrator is created only if no account exists', async () => {
      const world = await openWorld(openStore)
      const { operator } = world.accounts
      const admin = { email: 'root@example.com', name: 'Root', password }
      expect(await operator.ensureFirstAdmin(admin)).toBe(true)
      expect(await operator.ensureFirstAdmin({ ...admin, email: 'other@example.com' })).toBe(false)
      expect((await operator.listUsers()).map(({ email, role }) => [email, role])).toEqual([
        ['root@example.com', 'admin'],
      ])
    })
  })
}
