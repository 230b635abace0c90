import { backoff, DeadlineError } from '../base/index.ts'
import type { Sleep } from '../base/index.ts'
import type { Runs } from '../store/contract/runs.ts'
import { StoreError } from '../store/store.ts'

export type RunEnding = Parameters<Runs['finalise']>[0]

/** A run whose last text and end must be stored. */
export interface EndingRun {
  /** The run has ended, or another instance owns it. */
  readonly over: boolean
  /** The store does not have all of the run's text. */
  readonly dirty: boolean
  /** Has the saver save once. Never rejects, even if the store is unreachable. */
  save(): Promise<void>
  /** Reads the run's owner from the store. */
  check(): Promise<void>
}

/**
 * Saves all text, then stores the end. Retries as long as this instance owns the run: it waits while the store is
 * unreachable, and reads the row if the reply to the end may be lost. Undefined if this instance lost the run.
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
      await sleep(backoff(attempt, { initialMs: 200, maxMs: 2000 }))
    }
  }
  return undefined
}

type DirtyRun = Pick<EndingRun, 'over' | 'dirty' | 'save'>

/** Saves until the store has all text. Rejects with a DeadlineError after `ms`. */
export async function saveWholeWithin(run: DirtyRun, ms: number, sleep: Sleep): Promise<void> {
  const saved = new AbortController()
  const late = sleep(ms, saved.signal).then(() => {
    throw new DeadlineError('the store', ms)
  })
  await Promise.race([saveWhole(run, sleep), late]).finally(() => saved.abort())
}

/** Saves until the store has all text. False if the run was lost meanwhile. */
async function saveWhole(run: DirtyRun, sleep: Sleep): Promise<boolean> {
  for (let attempt = 0; run.dirty && !run.over; attempt++) {
    if (attempt > 0) await sleep(backoff(attempt - 1, { initialMs: 100, maxMs: 2000 }))
    await run.save()
  }
  return !run.over
}
