import { AppError } from '../../protocol/errors.ts'
import type { OperatorContext } from './context.ts'

/**
 * Runs a write that revokes access, then drops the affected entries from this instance's cache and notifies the other
 * instances. It also does so if the outcome of the write is unknown (rule 9), but not if the write changed nothing,
 * that is, if it returned false or threw an AppError. Otherwise a user could make all instances reread by sending ids
 * that belong to other users.
 */
export async function withRevocation<T>(
  { authenticator, announce }: Pick<OperatorContext, 'authenticator' | 'announce'>,
  { sessionIds = [], userIds = [] }: { sessionIds?: string[]; userIds?: string[] },
  write: () => Promise<T>,
): Promise<T> {
  let changed = true
  try {
    const outcome = await write()
    changed = outcome !== false
    return outcome
  } catch (error) {
    changed = !(error instanceof AppError)
    throw error
  } finally {
    if (changed) {
      authenticator.revoked(sessionIds, userIds)
      announce('revocations')
    }
  }
}
