import type { Store } from '../store/store.ts'
import type { Logger } from '../base/index.ts'
import { runPaced } from './jobs.ts'
import type { Jobs } from './jobs.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** The maximum number of rows that one statement deletes. */
const batch = 200

/**
 * Registers and adds the job that prunes the store once a day on one of the instances. Call it before the jobs start.
 */
export function pruneDaily(jobs: Jobs, { store, logger }: { store: Store; logger: Logger }): void {
  jobs.on('prune', async (_, { signal }) => {
    // Added first, so that a failure below does not prevent the next day's job.
    await jobs.add('prune', 'daily', {}, { inMs: dayMs })
    await pruneStore(store, signal)
  })
  // If the job is already waiting, it keeps its time. It does not run at once, so as not to slow down the start.
  void jobs
    .add('prune', 'daily', {}, { inMs: 600_000 })
    .catch((error: unknown) =>
      logger.warn({ err: error }, 'daily pruning was not scheduled on this instance'),
    )
}

/**
 * Deletes rows that are no longer needed: sessions a day after they ended; deleted chats and messages after the 24 h in
 * which they can be restored (and in which a returning owner learns of the deletion); jobs a week after their last
 * failed attempt; and the rows of instances that died long ago. It works in small steps, by the store's clock.
 */
export async function pruneStore(store: Store, signal: AbortSignal): Promise<void> {
  const now = await store.now()
  const steps = [
    () => store.sessions.prune(now - dayMs, batch),
    // An hour longer than a deleted row must be kept.
    () => store.chats.prune(now - dayMs - hourMs, batch),
    () => store.jobs.prune(now - 7 * dayMs, batch),
  ]
  for (const step of steps) await runPaced(async () => (await step()) === batch, signal)
  await store.instances.prune()
}
