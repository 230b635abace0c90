import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { startRunTrial } from '../../test/support/run-trial.ts'
import type { RunTrial } from '../../test/support/run-trial.ts'
import { givenRun } from '../../test/support/store-fixture.ts'
import { readScriptedWords } from '../../test/support/scripted-provider.ts'
import { LiveRuns } from './live-runs.ts'
import { OwnedRuns } from './owned-runs.ts'

let trial: RunTrial
beforeAll(async () => {
  trial = await startRunTrial({ embedded: true })
  trial.provider.scripts.steady = { words: 60, wordsPerSecond: 60 }
})
afterEach(() => trial.stopOwners())
afterAll(() => trial.stop())

test('A12: an instance that takes a run over a second time shows each word once', async () => {
  const { context } = trial.owner()
  const live = new LiveRuns({ ...context, runs: context.store.runs })
  const owned = new OwnedRuns(context, live, { ended: () => {} })
  owned.start()
  const { run } = await givenRun(trial.store, trial.userId, { owner: context.me, model: 'steady' })
  await owned.takeOver({ ...run, text: '' })
  let shown = ''
  let reads = 0
  await live.follow(run.id, trial.userId, undefined, {
    opened: () => {},
    run: ({ keep, text }) => {
      reads++
      shown = shown.slice(0, keep) + text
    },
    // As it comes: a word that is told twice stands there twice.
    words: (_, words) => (shown += words),
    link: () => {},
    phase: () => {},
    end: () => {},
  })
  await trial.written(run.id, 40)
  const row = (await trial.store.runs.read(run.id))!
  const claim = { id: run.id, me: context.me, ownerSeen: context.me, redisFence: 0, leaseMs: 0, graceMs: 0 }
  const claimed = await trial.store.runs.claim({ ...claim, fenceSeen: row.fence, attempts: 1 })
  // The first driver has not noticed: its next save is refused.
  await owned.takeOver(claimed!)
  const { text, status } = await trial.ended(run.id)
  expect(status).toBe('done')
  await expect.poll(() => shown.length).toBeGreaterThanOrEqual(text.length)
  expect(shown).toBe(text)
  expect(readScriptedWords(text, 60).problem).toBeUndefined()
  expect(reads).toBe(2)
  owned.stopTurning()
  live.stop()
})
