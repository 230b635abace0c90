import { AppError } from '../../protocol/index.ts'
import type { ChatContext } from './chat-context.ts'
import type { OwnedRuns } from './owned-runs.ts'

/**
 * Writes the stop first and announces it second (rule 10): the owner hears it by the bus, by its next save, or by its
 * comparison with the store. `userId` null: an administrator, whose run it need not be.
 */
export async function stopRun(
  { context, owned }: { context: ChatContext; owned: OwnedRuns },
  userId: string | null,
  runId: string,
): Promise<{ state: 'stopping' | 'ended' }> {
  const run = await context.store.runs.requestStop(runId, userId)
  if (!run) throw new AppError('not_found')
  if (run.status !== 'running') return { state: 'ended' }
  if (run.owner === context.me) owned.stop(runId)
  else if (run.owner !== '') void context.send('run.stop', { owner: run.owner, runId })
  return { state: 'stopping' }
}
