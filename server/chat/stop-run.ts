import { AppError } from '../../protocol/index.ts'
import type { MessageBus } from '../coordination/contracts.ts'
import type { Messages } from '../messages.ts'
import type { Runs } from '../store/contract/runs.ts'
import type { OwnedRuns } from './owned-runs.ts'

export interface StopRunPorts {
  runs: Pick<Runs, 'requestStop'>
  owned: Pick<OwnedRuns, 'stop'>
  bus: Pick<MessageBus<Messages>, 'send'>
  /** This incarnation, as the store names owners. */
  me: string
}

/** `userId` null: an administrator, who may stop any run. Throws `not_found`. */
export type StopRun = (userId: string | null, runId: string) => Promise<{ state: 'stopping' | 'ended' }>

/**
 * Writes the stop first and announces it second (rule 10). The owner learns of it from the bus, from its next save, or
 * from its comparison with the store.
 */
export function createStopRun({ runs, owned, bus, me }: StopRunPorts): StopRun {
  return async (userId, runId) => {
    const run = await runs.requestStop(runId, userId)
    if (!run) throw new AppError('not_found')
    if (run.status !== 'running') return { state: 'ended' }
    if (run.owner === me) owned.stop(runId)
    else if (run.owner !== '') void bus.send('run.stop', { owner: run.owner, runId })
    return { state: 'stopping' }
  }
}
