import { describe, expect, test } from 'vitest'
import type { Caller } from './caller.ts'
import { meta, openWorld, password } from '../../test/support/accounts-world.ts'
import type { OpenStore, World } from '../../test/support/accounts-world.ts'

const unauthenticated = { code: 'unauthenticated' }
const notFound = { code: 'not_found' }

export function describeGivenPasswords(name: string, openStore: OpenStore): void {
  async function openTeam(): Promise<{
    world: World
    admin: Caller
    bob: Caller
    key: string
    keyId: string
  }> {
    const world = await openWorld(openStore)
    const { caller: admin } = await world.signUp('ann')
    const { caller: bob } = await world.signUp('bob')
    const made = await world.accounts.useCases.createApiKey(bob, { body: { name: 'script' } })
    await world.caller(made.key)
    return { world, admin, bob, key: made.key, keyId: made.id }
  }
  const signIn = async (world: World, given: string): Promise<Caller> => {
    const body = { email: 'bob@example.com', password: given }
    return world.caller((await world.accounts.useCases.signIn(undefined, { body }, meta())).token)
  }

  describe(`S9: the API keys of an account, on ${name}`, () => {
    test.each(['an administrator', 'an operator'])(
      'S9: are revoked on all instances when %s resets the password',
      async (by) => {
        const { world, admin, bob, key } = await openTeam()
        const other = await world.addInstance()
        await other.accounts.authenticator.authenticate({ bearer: key })
        if (by === 'an operator') await world.accounts.operator.resetPassword('bob@example.com')
        else await world.accounts.useCases.resetPassword(admin, { params: { id: bob.user.id } })
        await expect(world.caller(key)).rejects.toMatchObject(unauthenticated)
        await other.readRevocations()
        await expect(other.accounts.authenticator.authenticate({ bearer: key })).rejects.toMatchObject(
          unauthenticated,
        )
        expect(await world.store.apiKeys.ofUser(bob.user.id)).toEqual([])
      },
    )

    test('S9: are revoked by a password change only if the user asks for it', async () => {
      const { world, bob, key } = await openTeam()
      const { changePassword } = world.accounts.useCases
      await changePassword(
        bob,
        { body: { current: password, next: 'another one', revokeApiKeys: false } },
        meta(),
      )
      await world.caller(key)
      const again = { current: 'another one', next: 'a third one', revokeApiKeys: true }
      await changePassword(bob, { body: again }, meta())
      await expect(world.caller(key)).rejects.toMatchObject(unauthenticated)
    })

    test('S9: can be listed and revoked by administrators, not by other users', async () => {
      const { world, admin, bob, key, keyId } = await openTeam()
      const { listUserApiKeys, revokeApiKey } = world.accounts.useCases
      const ofBob = { params: { id: bob.user.id } }
      const { items } = await listUserApiKeys(admin, ofBob)
      expect(items).toEqual([expect.objectContaining({ id: keyId, name: 'script' })])
      expect(JSON.stringify(items)).not.toContain(key)
      await expect(listUserApiKeys(bob, ofBob)).rejects.toMatchObject({ code: 'forbidden' })
      await expect(revokeApiKey(bob, { params: { id: keyId } })).rejects.toMatchObject({ code: 'forbidden' })
      await expect(listUserApiKeys(admin, { params: { id: 'nobody' } })).rejects.toMatchObject(notFound)
      await expect(revokeApiKey(admin, { params: { id: 'none' } })).rejects.toMatchObject(notFound)
      await revokeApiKey(admin, { params: { id: keyId } })
      await expect(world.caller(key)).rejects.toMatchObject(unauthenticated)
      expect((await listUserApiKeys(admin, ofBob)).items).toEqual([])
      await world.caller(await world.signIn('bob'))
    })
  })

  describe(`S24: a password that another person has set, on ${name}`, () => {
    test('S24: must be changed, whether it came with a new account or a reset', async () => {
      const { world, admin, bob } = await openTeam()
      const { useCases } = world.accounts
      expect(bob.user.mustChangePassword).toBeUndefined()
      const body = { name: 'Cy', email: 'cy@example.com', role: 'user' } as const
      expect((await useCases.createUser(admin, { body })).user.mustChangePassword).toBe(true)
      const { password: given } = await useCases.resetPassword(admin, { params: { id: bob.user.id } })
      const caller = await signIn(world, given)
      expect(caller.user.mustChangePassword).toBe(true)
      const same = { current: given, next: given, revokeApiKeys: false }
      await expect(useCases.changePassword(caller, { body: same }, meta())).rejects.toMatchObject({
        code: 'bad_request',
        field: 'next',
      })
      const changed = { current: given, next: 'one of my own', revokeApiKeys: false }
      const { token } = await useCases.changePassword(caller, { body: changed }, meta())
      expect((await world.caller(token)).user.mustChangePassword).toBeUndefined()
      expect((await signIn(world, 'one of my own')).user.mustChangePassword).toBeUndefined()
    })
  })
}
