import { afterAll, beforeAll, expect, test } from 'vitest'
import { readScriptedWords } from '../support/scripted-provider.ts'
import { callsOf, startRunTrial } from '../support/run-trial.ts'
import type { RunTrial } from '../support/run-trial.ts'

let trial: RunTrial
beforeAll(async () => {
  trial = await startRunTrial()
})
afterAll(() => trial.stop())

test('rule 9: a claim with a late reply and the comparison that found it meanwhile are one takeover', async () => {
  const writer = trial.owner()
  const run = await trial.start(writer, 'long')
  await trial.written(run.runId, 40)
  trial.kill(writer)
  const calls = (): number => trial.provider.calls.filter(({ call }) => call > 0).length
  const before = calls()
  const { store } = trial
  let answered = false
  const claimer = trial.owner({
    store: {
      ...store,
      runs: {
        ...store.runs,
        async claimSome(claim) {
          const claimed = await store.runs.claimSome(claim)
          if (claimed.length === 0) return claimed
          // The store has accepted the claim. Its reply arrives only after the comparison has begun to drive the run.
          await expect.poll(calls, { timeout: 15_000 }).toBe(before + 1)
          answered = true
          return claimed
        },
      },
    },
  })
  claimer.membership.dead.add(writer.ports.me)
  const { text, status } = await trial.ended(run.runId, 30_000)
  expect(answered).toBe(true)
  expect(status).toBe('done')
  expect(calls()).toBe(before + 1)
  expect(callsOf(text)).toHaveLength(2)
  expect(readScriptedWords(text, 240).problem).toBeUndefined()
})
