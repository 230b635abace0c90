import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startRunTrial } from '../../test/support/run-trial.ts'
import type { RunTrial } from '../../test/support/run-trial.ts'
import { claimBy, givenRun, part } from '../../test/support/store-fixture.ts'
import type { ClaimedRun } from '../store/contract/runs.ts'
import { planTakeover } from './plan-takeover.ts'

let trial: RunTrial
beforeAll(async () => {
  trial = await startRunTrial({ embedded: true })
})
afterEach(() => trial.stopOwners())
afterAll(() => trial.stop())

/** A run whose owners have died `deaths` times, each after `newUnits` new characters. */
async function afterDeaths(deaths: number, newUnits: number): Promise<ClaimedRun> {
  const { run } = await givenRun(trial.store, trial.userId, { owner: 'nobody', model: 'words' })
  let claimed: ClaimedRun = { ...run, text: '' }
  for (let death = 0; death < deaths; death++) {
    if (newUnits > 0) await trial.store.runs.save([part(claimed, claimed.saved, 'x'.repeat(newUnits))])
    claimed = (await trial.store.runs.claim({ ...claimBy('nobody', claimed), leaseMs: 0 }))!
  }
  return claimed
}

describe('the plan for a run whose owner died', () => {
  test('A15: three deaths without 512 new characters end the run, two do not', async () => {
    const { ports } = trial.owner()
    for (const newUnits of [0, 100, 511]) {
      expect(
        (await planTakeover({ ...ports, chats: trial.store.chats }, await afterDeaths(2, newUnits))).kind,
      ).toBe('drive')
      const plan = await planTakeover({ ...ports, chats: trial.store.chats }, await afterDeaths(3, newUnits))
      expect(plan, `${newUnits}`).toMatchObject({ kind: 'finalise', status: 'interrupted' })
    }
  })

  test('A15: a run that progresses each time continues after nine deaths, and ends at the tenth', async () => {
    const { ports } = trial.owner()
    for (const deaths of [3, 9]) {
      expect(
        (await planTakeover({ ...ports, chats: trial.store.chats }, await afterDeaths(deaths, 512))).kind,
        `${deaths}`,
      ).toBe('drive')
    }
    const plan = await planTakeover({ ...ports, chats: trial.store.chats }, await afterDeaths(10, 512))
    expect(plan).toMatchObject({ kind: 'finalise', status: 'interrupted' })
  })
})
