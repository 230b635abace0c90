import type { Store } from '../store/store.ts'
import type { Logger } from '../base/index.ts'
import { paced } from './jobs.ts'
import type { Jobs } from './jobs.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** Rows of one statement. */
const batch = 200

/** Prunes once a day, on whichever instance takes the job. Call before the jobs start. */
export function pruneDaily(jobs: Jobs, { store, logger }: { store: Store; logger: Logger }): void {
  jobs.on('prune', async (_, { signal }) => {
    // First, so that a failure below delays nothing but itself.
    await jobs.add('prune', 'daily', {}, { inMs: dayMs })
    await pruneStore(store, signal)
  })
  // Where it waits already, it keeps its time. Not at once: a start has better things to do.
  void jobs
    .add('prune', 'daily', {}, { inMs: 600_000 })
    .catch((error: unknown) => logger.warn({ err: error }, 'this start plans no pruning; another will'))
}

/**
 * Removes what nobody can need any more: sessions a day after they ended, deleted chats and messages after the 24 h in
 * which they can be restored (and in which an owner that comes back is told), jobs given up a week ago, and the rows of
 * instances that are long gone. In small steps; times are the store's.
 */
export async function pruneStore(store: Store, signal: AbortSignal): Promise<void> {
  const now = await store.now()
  const steps = [
    () => store.sessions.prune(now - dayMs, batch),
    // A little longer than a tombstone has to stay.
    () => store.chats.prune(now - dayMs - hourMs, batch),
    () => store.jobs.prune(now - 7 * dayMs, batch),
  ]
  for (const step of steps) await paced(async () => (await step()) === batch, signal)
  await store.instances.prune()
}
