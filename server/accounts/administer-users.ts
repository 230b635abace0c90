import { randomInt } from 'node:crypto'
import { AppError } from '../../protocol/errors.ts'
import type { Role } from '../../protocol/http/users.ts'
import type { UserView } from '../../protocol/index.ts'
import type { AccessChange } from '../store/contract/users.ts'
import type { UseCase } from '../use-case.ts'
import { requireAdmin } from './caller.ts'
import { changeAccess } from './change-access.ts'
import type { Context, OperatorContext } from './context.ts'
import { makeUser, newEpoch } from './make-user.ts'
import { presentUser } from './present-user.ts'

export function createListUsers({ store }: Pick<Context, 'store'>): UseCase<'listUsers'> {
  return async (caller, { query: { q, role, sort, cursor, limit } }) => {
    requireAdmin(caller)
    const filter = { ...(q === undefined ? {} : { q }), ...(role === undefined ? {} : { role }) }
    const [page, counts] = await Promise.all([
      store.users.list({ ...filter, sort, limit, ...(cursor === undefined ? {} : { cursor }) }),
      store.users.counts(filter),
    ])
    return { items: page.items.map(presentUser), next: page.next, ...counts }
  }
}

/**
 * Creates an account for another user, even if sign-up is closed. The response is the only place that shows the
 * password, for the administrator to pass on. Throws `email_taken`.
 */
export function createCreateUser({
  store,
  hasher,
  accountCreated,
}: Pick<Context, 'store' | 'hasher' | 'accountCreated'>): UseCase<'createUser'> {
  return async (caller, { body }) => {
    requireAdmin(caller)
    const password = readablePassword()
    const user = await makeUser(store, {
      ...body,
      mustChangePassword: true,
      passwordHash: await hasher.hash(password, undefined, { known: true }),
    })
    accountCreated()
    return { user: presentUser(user), password }
  }
}

/** Approves, changes the role of, deactivates or reactivates an account. */
export function createUpdateUser(context: OperatorContext): UseCase<'updateUser'> {
  return async (caller, { params, body }) => {
    requireAdmin(caller)
    return changeUser(context, params.id, body)
  }
}

/**
 * Changes the role of an account, or activates or deactivates it; also used by the command line. Deactivation ends the
 * sessions permanently. API keys work again after reactivation.
 */
export async function changeUser(
  context: OperatorContext,
  id: string,
  { role, active }: { role?: Role | undefined; active?: boolean | undefined },
): Promise<UserView> {
  if (role === undefined && active === undefined) {
    throw new AppError('bad_request', { message: 'There is nothing to change. Set role, active or both.' })
  }
  const change: AccessChange = {
    ...(role === undefined ? {} : { role }),
    ...(active === undefined ? {} : { active }),
    ...(active === false ? { tokenEpoch: newEpoch() } : {}),
  }
  return presentUser(await changeAccess(context, id, change))
}

/**
 * Gives an account a new password, ends its sessions and revokes its API keys, so that an intruder loses all access.
 * The response is the only place that shows the password, and the user has to replace it after signing in.
 */
export function createResetPassword(context: OperatorContext): UseCase<'resetPassword'> {
  return async (caller, { params }) => {
    requireAdmin(caller)
    return giveNewPassword(context, params.id)
  }
}

/** Resets the password of an account; also used by the command line. */
export async function giveNewPassword(context: OperatorContext, id: string): Promise<{ password: string }> {
  const password = readablePassword()
  const passwordHash = await context.hasher.hash(password, undefined, { known: true })
  await changeAccess(
    context,
    id,
    { passwordHash, tokenEpoch: newEpoch(), mustChangePassword: true },
    { revokeKeys: true },
  )
  return { password }
}

/**
 * A password of about 90 bits. It uses only letters and digits that are hard to confuse, in groups that can be read
 * aloud.
 */
function readablePassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXY34679'
  const group = (): string => Array.from({ length: 4 }, () => letters[randomInt(letters.length)]).join('')
  return [group(), group(), group(), group()].join('-')
}
