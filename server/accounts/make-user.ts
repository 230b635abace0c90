import { AppError } from '../../protocol/errors.ts'
import type { Role } from '../../protocol/http/users.ts'
import { cleanText, newId, randomToken } from '../base/index.ts'
import type { UserRow } from '../store/contract/users.ts'
import type { AccountStore } from './account-store.ts'

export interface MakeUser {
  name: string
  email: string
  passwordHash: string
  role: Role
  /** Somebody else has chosen the password. */
  mustChangePassword?: boolean
}

/** Writes a new account and reads it back. Throws `email_taken`. */
export async function makeUser(store: Pick<AccountStore, 'users'>, user: MakeUser): Promise<UserRow> {
  const row = await write(store, user, {})
  if (row === 'not-first') throw new Error('the store refused an account that need not be the first')
  return row
}

/** The same where nobody has an account yet, however many try it at once. Throws `email_taken`. */
export function makeFirstUser(
  store: Pick<AccountStore, 'users'>,
  user: MakeUser,
): Promise<UserRow | 'not-first'> {
  return write(store, user, { onlyFirst: true })
}

async function write(
  store: Pick<AccountStore, 'users'>,
  { name, email, passwordHash, role, mustChangePassword = false }: MakeUser,
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
  if (!row) throw new Error('an account that was just made is not there')
  return row
}

/** Tokens carry it: a new one ends them all. */
export function newEpoch(): string {
  return randomToken(12)
}
