import { backoff, DeadlineError } from '../base/index.ts'
import type { Sleep } from '../base/index.ts'
import type { Runs } from '../store/contract/runs.ts'
import { StoreError } from '../store/store.ts'

export type RunEnding = Parameters<Runs['finalise']>[0]

/** A run whose last words and end are to be stored. */
export interface EndingRun {
  /** It is somebody else's now, or ended. */
  readonly over: boolean
  /** The store lacks words of it. */
  readonly dirty: boolean
  /** Asks the saver once. Never rejects: the store may be away. */
  save(): Promise<void>
  /** Reads whose run it is. */
  check(): Promise<void>
}

/**
 * Saves everything, then stores the end. Tries as long as the run is ours: a store that is away is waited for, and an
 * end whose confirmation was lost is found by reading. Undefined: the run is not ours any more.
 */
export async function storeRunEnd(
  { runs, sleep }: { runs: Pick<Runs, 'finalise' | 'readWithText'>; sleep: Sleep },
  run: EndingRun,
  ending: () => RunEnding,
): Promise<{ text: string } | undefined> {
  for (let attempt = 0; !run.over; attempt++) {
    try {
      if (!(await saveWhole(run, sleep))) return undefined
      const end = ending()
      const stored = await runs.finalise(end)
      if (stored) return stored
      const row = attempt > 0 ? await runs.readWithText(end.id) : undefined
      if (row?.status === end.status && row.fence === end.fence) return row
      await run.check()
    } catch (failure) {
      if (!(failure instanceof StoreError)) throw failure
      await sleep(backoff(attempt, { first: 200, most: 2000 }))
    }
  }
  return undefined
}

type DirtyRun = Pick<EndingRun, 'over' | 'dirty' | 'save'>

/** Saves until the store has every word, for `ms` at most; then it rejects with a DeadlineError. */
export async function saveWholeWithin(run: DirtyRun, ms: number, sleep: Sleep): Promise<void> {
  const saved = new AbortController()
  const late = sleep(ms, saved.signal).then(() => {
    throw new DeadlineError('the store', ms)
  })
  await Promise.race([saveWhole(run, sleep), late]).finally(() => saved.abort())
}

/** Saves until the store has every word. False: the run was lost meanwhile. */
async function saveWhole(run: DirtyRun, sleep: Sleep): Promise<boolean> {
  for (let attempt = 0; run.dirty && !run.over; attempt++) {
    if (attempt > 0) await sleep(backoff(attempt - 1, { first: 100, most: 2000 }))
    await run.save()
  }
  return !run.over
}
