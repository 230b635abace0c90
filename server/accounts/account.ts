import { AppError } from '../../protocol/errors.ts'
import { preferences } from '../../protocol/http/account.ts'
import type { Preferences } from '../../protocol/http/account.ts'
import { cleanText } from '../base/index.ts'
import type { UseCase } from '../use-case.ts'
import type { Context } from './context.ts'
import { presentUser } from './present-user.ts'

type StoreOnly = Pick<Context, 'store'>

/** Reads the caller's account from the store, because another instance may have changed the name. */
export function createGetMe({ store }: StoreOnly): UseCase<'getMe'> {
  return async (caller) => {
    const user = await store.users.byId(caller.user.id)
    if (!user) throw new AppError('unauthenticated')
    return presentUser(user)
  }
}

/** Like `getMe`, but also for clients that are not signed in: then `user` is null. */
export function createGetSession({ store }: StoreOnly): UseCase<'getSession'> {
  return async (caller) => {
    const user = caller === undefined ? undefined : await store.users.byId(caller.user.id)
    return { user: user === undefined ? null : presentUser(user) }
  }
}

export function createUpdateAccount({
  store,
  accountChanged,
}: Pick<Context, 'store' | 'accountChanged'>): UseCase<'updateAccount'> {
  return async (caller, { body }) => {
    const user = await store.users.rename(caller.user.id, cleanText(body.name))
    if (!user) throw new AppError('unauthenticated')
    accountChanged(user.id)
    return presentUser(user)
  }
}

/** The stored preferences merged over the defaults. A value that this version cannot read falls back to its default. */
export function createGetPreferences({ store }: StoreOnly): UseCase<'getPreferences'> {
  return async (caller) => {
    const user = await store.users.byId(caller.user.id)
    if (!user) throw new AppError('unauthenticated')
    return readPreferences(user.preferences)
  }
}

/**
 * Merges the change into the stored preferences, so that a device never reverts a field that another device changed.
 */
export function createPutPreferences({
  store,
  accountChanged,
}: Pick<Context, 'store' | 'accountChanged'>): UseCase<'putPreferences'> {
  return async (caller, { body: change }) => {
    const { defaultModel } = change
    const given = Object.entries(change).filter(([, value]) => value !== undefined)
    const clean = {
      ...Object.fromEntries(given),
      ...(typeof defaultModel === 'string' ? { defaultModel: cleanText(defaultModel) } : {}),
    }
    const stored = await store.users.changePreferences(caller.user.id, clean)
    if (stored === undefined) throw new AppError('unauthenticated')
    accountChanged(caller.user.id)
    return readPreferences(stored)
  }
}

function readPreferences(json: string): Preferences {
  const stored: unknown = JSON.parse(json)
  if (typeof stored !== 'object' || stored === null) return preferences.parse({})
  const known = Object.entries(preferences.shape).flatMap(([name, field]) => {
    const value = field.safeParse(Reflect.get(stored, name))
    return value.success ? [[name, value.data]] : []
  })
  return preferences.parse(Object.fromEntries(known))
}
