import type { UserView } from '../../protocol/index.ts'
import type { UserRow } from '../store/contract/users.ts'

/** The fields of a user that the user and administrators may see: no password hash, epoch or preferences. */
export function presentUser(user: UserRow): UserView {
  const { id, email, name, role, active, createdAt, lastActiveAt, mustChangePassword } = user
  const view = { id, email, name, role, active, createdAt, lastActiveAt }
  return mustChangePassword ? { ...view, mustChangePassword } : view
}
