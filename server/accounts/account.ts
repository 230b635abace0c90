import { AppError } from '../../protocol/errors.ts'
import { preferences } from '../../protocol/http/get-preferences.ts'
import type { Preferences } from '../../protocol/http/get-preferences.ts'
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
  const stored: unknown = JSON.parse(user.preferences)
  if (typeof stored !== 'object' || stored === null) return preferences.parse({})
  const known = Object.entries(preferences.shape).flatMap(([name, field]) => {
    const value = field.safeParse(Reflect.get(stored, name))
    return value.success ? [[name, value.data]] : []
  })
  return preferences.parse(Object.fromEntries(known))
}

export async function putPreferences(
  { store }: StoreOnly,
  caller: Caller,
  chosen: Preferences,
): Promise<Preferences> {
  const { defaultModel } = chosen
  const clean = { ...chosen, defaultModel: defaultModel === null ? null : cleanText(defaultModel) }
  await store.users.setPreferences(caller.user.id, JSON.stringify(clean))
  return clean
}
