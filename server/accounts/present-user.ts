import type { UserView } from '../../protocol/index.ts'
import type { UserRow } from '../store/contract/users.ts'

/** A user as the person and administrators may see it: without hash, epoch and preferences. */
export function presentUser(user: UserRow): UserView {
  const { id, email, name, role, active, createdAt, lastActiveAt, mustChangePassword } = user
  const view = { id, email, name, role, active, createdAt, lastActiveAt }
  return mustChangePassword ? { ...view, mustChangePassword } : view
}
