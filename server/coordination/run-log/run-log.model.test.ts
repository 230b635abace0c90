// Randomised runs of one answer: real writers, readers and rules against a log that loses, repeats, delays and forgets.
// SHOAL_MODEL_RUNS sets how many runs each test plays.
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

describe('a run, whatever happens', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test(
    'rules 4, 5 and 8: every page shows a prefix of what its owner wrote, and at the end what is stored',
    { timeout },
    async () => {
      await fc.assert(
        fc.asyncProperty(steps(false), (all) => run(all, false)),
        { numRuns },
      )
    },
  )

  test('rule 8: while the log keeps what it has, no acknowledged word is lost', { timeout }, async () => {
    await fc.assert(
      fc.asyncProperty(steps(true), (all) => run(all, true)),
      { numRuns },
    )
  })
})
