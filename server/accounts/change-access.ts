import { AppError } from '../../protocol/errors.ts'
import type { AccessChange, UserRow, Users } from '../store/contract/users.ts'
import type { OperatorContext } from './context.ts'
import { withRevocation } from './with-revocation.ts'

/** Changes a user's access and makes all instances drop their cached copy. Throws `not_found` or `last_admin`. */
export async function changeAccess(
  context: OperatorContext,
  userId: string,
  change: AccessChange,
  options: Parameters<Users['changeAccess']>[2] = {},
): Promise<UserRow> {
  const outcome = await withRevocation(context, { userIds: [userId] }, async () => {
    const answer = await context.store.users.changeAccess(userId, change, options)
    if (answer.kind === 'missing') throw new AppError('not_found')
    if (answer.kind === 'last-admin') throw new AppError('last_admin')
    return answer
  })
  return outcome.user
}
