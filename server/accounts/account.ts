import { AppError } from '../../protocol/errors.ts'
import { preferences } from '../../protocol/http/account.ts'
import type { Preferences, PreferencesChange } from '../../protocol/http/account.ts'
import type { UserView } from '../../protocol/index.ts'
import { cleanText } from '../base/index.ts'
import type { Caller, Context } from './context.ts'
import { presentUser } from './present-user.ts'

type StoreOnly = Pick<Context, 'store'>

/** The caller as the store has them now: a name may have changed on another instance. */
export async function getMe({ store }: StoreOnly, caller: Caller): Promise<UserView> {
  const user = await store.users.byId(caller.user.id)
  if (!user) throw new AppError('unauthenticated')
  return presentUser(user)
}

/** The same for whoever asks, signed in or not. */
export async function getSession(
  { store }: StoreOnly,
  caller: Caller | undefined,
): Promise<{ user: UserView | null }> {
  const user = caller === undefined ? undefined : await store.users.byId(caller.user.id)
  return { user: user === undefined ? null : presentUser(user) }
}

export async function updateAccount(
  { store }: StoreOnly,
  caller: Caller,
  { name }: { name: string },
): Promise<UserView> {
  const user = await store.users.rename(caller.user.id, cleanText(name))
  if (!user) throw new AppError('unauthenticated')
  return presentUser(user)
}

/** What was stored, over the defaults. A field that an older or newer version wrote otherwise falls back to its default. */
export async function getPreferences({ store }: StoreOnly, caller: Caller): Promise<Preferences> {
  const user = await store.users.byId(caller.user.id)
  if (!user) throw new AppError('unauthenticated')
  return readPreferences(user.preferences)
}

/** Merged with what is stored, so that a device that changes one field takes back nothing that another has changed. */
export async function putPreferences(
  { store }: StoreOnly,
  caller: Caller,
  change: PreferencesChange,
): Promise<Preferences> {
  const { defaultModel } = change
  const given = Object.entries(change).filter(([, value]) => value !== undefined)
  const clean = {
    ...Object.fromEntries(given),
    ...(typeof defaultModel === 'string' ? { defaultModel: cleanText(defaultModel) } : {}),
  }
  const stored = await store.users.changePreferences(caller.user.id, clean)
  if (stored === undefined) throw new AppError('unauthenticated')
  return readPreferences(stored)
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
