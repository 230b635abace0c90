import { AppError } from '../../protocol/errors.ts'
import type { Role } from '../../protocol/http/users.ts'
import { cleanText, newId, randomToken } from '../base/index.ts'
import type { UserRow } from '../store/contract/users.ts'
import type { AccountStore } from './account-store.ts'

export interface NewUser {
  name: string
  email: string
  passwordHash: string
  role: Role
  /** Another person chose the password, so the user has to replace it. */
  mustChangePassword?: boolean
}

/** Creates an account. Throws `email_taken`. */
export async function makeUser(store: Pick<AccountStore, 'users'>, user: NewUser): Promise<UserRow> {
  const row = await write(store, user, {})
  if (row === 'not-first')
    throw new Error('the store answered "not-first" for an account that does not have to be the first')
  return row
}

/** Creates an account only if none exists yet; of several concurrent calls, one succeeds. Throws `email_taken`. */
export function makeFirstUser(
  store: Pick<AccountStore, 'users'>,
  user: NewUser,
): Promise<UserRow | 'not-first'> {
  return write(store, user, { onlyFirst: true })
}

async function write(
  store: Pick<AccountStore, 'users'>,
  { name, email, passwordHash, role, mustChangePassword = false }: NewUser,
  options: { onlyFirst?: boolean },
): Promise<UserRow | 'not-first'> {
  const id = newId()
  const user = {
    id,
    email,
    name: cleanText(name),
    passwordHash,
    role,
    tokenEpoch: newEpoch(),
    mustChangePassword,
  }
  const outcome = await store.users.create(user, options)
  if (outcome === 'email-taken') throw new AppError('email_taken', { field: 'email' })
  if (outcome === 'not-first') return 'not-first'
  const row = await store.users.byId(id)
  if (!row) throw new Error('an account that was just created was not found')
  return row
}

/** A value for `tokenEpoch`. Every token contains the epoch of its user, so a new epoch invalidates all of them. */
export function newEpoch(): string {
  return randomToken(12)
}
