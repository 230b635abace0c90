// Randomised runs of one answer: real writers, readers and rules, with a log that loses, repeats and delays entries,
// and is lost itself. SHOAL_MODEL_RUNS sets the number of runs per test.
import fc from 'fast-check'
import { afterEach, beforeEach, describe, test, vi } from 'vitest'
import { play, steps } from '../../../test/support/run-log-model/steps.ts'
import type { Step } from '../../../test/support/run-log-model/steps.ts'
import { World } from '../../../test/support/run-log-model/world.ts'

const numRuns = Number(process.env['SHOAL_MODEL_RUNS'] ?? 1500)
const timeout = 60_000 + numRuns * 100

async function run(all: Step[], sound: boolean): Promise<void> {
  const world = new World((ms) => void vi.advanceTimersByTime(ms), sound)
  try {
    const first = world.claim()
    for (let step = 0; step < 3; step++) await first?.proceed()
    for (const step of all) {
      await play(world, step)
      await world.check()
    }
    await world.finish()
  } finally {
    world.close()
    vi.clearAllTimers()
  }
}

describe('a run with random faults', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test(
    'rules 4, 5 and 8: every page shows a prefix of the text that its owner wrote, and at the end the stored text',
    { timeout },
    async () => {
      await fc.assert(
        fc.asyncProperty(steps(false), (all) => run(all, false)),
        { numRuns },
      )
    },
  )

  test('rule 8: as long as the log loses nothing, no acknowledged text is lost', { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(steps(true), (all) => run(all, true)),
      { numRuns },
    )
  })
})
