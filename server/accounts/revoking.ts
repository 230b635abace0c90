import { AppError } from '../../protocol/errors.ts'
import type { OperatorContext } from './context.ts'

/**
 * Runs a write that takes a right away; then this instance forgets at once what it knew of it, and the others are told.
 * So it does when the outcome is unknown (rule 9: it is read again), but not when nothing was changed: the write
 * answers false or throws an AppError then, and nobody can make the fleet read by naming ids that are not theirs.
 */
export async function revoking<T>(
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
