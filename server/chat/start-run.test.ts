import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { newId, systemClock } from '../base/index.ts'
import { requestsOfOne } from '../../test/support/user-counts.ts'
import { createMemoryRateLimits } from '../coordination/rate-limits/memory-rate-limits.ts'
import { startRunTrial } from '../../test/support/run-trial.ts'
import type { RunTrial } from '../../test/support/run-trial.ts'
import type { RunOwner } from '../../test/support/run-owners.ts'
import { RunLimiter } from './index.ts'
import type { UserLimits } from './run-limits.ts'

let trial: RunTrial
beforeAll(async () => {
  trial = await startRunTrial({ embedded: true })
})
afterEach(() => trial.stopOwners())
afterAll(() => trial.stop())

/** Instances that share the same limits; each test begins with unused limits. */
function instances(count: number, limits: Partial<UserLimits>): RunOwner[] {
  const limiter = new RunLimiter({
    rateLimits: createMemoryRateLimits({ clock: systemClock }),
    requests: requestsOfOne(),
    store: trial.store,
    limits: () => ({ runsPerMinute: null, tokensPerMinute: null, runningPerUser: null, ...limits }),
  })
  return Array.from({ length: count }, () => trial.owner({ limiter }))
}

const request = (model = 'hangs') => ({ clientId: newId(), model, text: 'What is a shoal?' })

async function stopped(owner: RunOwner, runId: string): Promise<void> {
  await owner.chat.stopRun(trial.userId, runId)
  await trial.ended(runId)
}

describe('starting a run', () => {
  test('A4: a repeated start is not refused because of its own running answer, here or on another instance', async () => {
    const [here, elsewhere] = instances(2, { runningPerUser: 1 }) as [RunOwner, RunOwner]
    const asked = request()
    const ids = await here.chat.startRun(trial.userId, asked)
    for (const { chat } of [here, elsewhere]) {
      expect(await chat.startRun(trial.userId, asked)).toEqual(ids)
      await expect(chat.startRun(trial.userId, request())).rejects.toMatchObject({ code: 'too_many_runs' })
    }
    await stopped(here, ids.runId)
    expect(await elsewhere.chat.startRun(trial.userId, asked)).toEqual(ids)
  })

  test('A4: a start counts once, however often it is repeated', async () => {
    const [owner] = instances(1, { runsPerMinute: 2 }) as [RunOwner]
    const asked = request('words')
    const ids = await owner.chat.startRun(trial.userId, asked)
    for (let turn = 0; turn < 3; turn++) expect(await owner.chat.startRun(trial.userId, asked)).toEqual(ids)
    const second = await owner.chat.startRun(trial.userId, request('words'))
    await expect(owner.chat.startRun(trial.userId, request())).rejects.toMatchObject({ code: 'rate_limited' })
    expect(await owner.chat.startRun(trial.userId, asked)).toEqual(ids)
    await Promise.all([stopped(owner, ids.runId), stopped(owner, second.runId)])
  })

  test('A4: concurrent starts with one client id are one run, and count once', async () => {
    const [owner] = instances(1, { runsPerMinute: 1, runningPerUser: 1 }) as [RunOwner]
    const asked = request()
    const all = await Promise.all(Array.from({ length: 4 }, () => owner.chat.startRun(trial.userId, asked)))
    expect(new Set(all.map(({ runId }) => runId)).size).toBe(1)
    await stopped(owner, all[0]!.runId)
  })

  test('A4: a repeated start is recognised even if its model was removed meanwhile', async () => {
    for (const limits of [{}, { runningPerUser: 1 }]) {
      const [owner] = instances(1, limits) as [RunOwner]
      const asked = request()
      const ids = await owner.chat.startRun(trial.userId, asked)
      Object.assign(owner.ports.models, { resolve: async () => undefined })
      expect(await owner.chat.startRun(trial.userId, asked)).toEqual(ids)
      await expect(owner.chat.startRun(trial.userId, request())).rejects.toMatchObject({
        code: 'unknown_model',
        field: 'model',
      })
      await stopped(owner, ids.runId)
    }
  })

  test('A4: a repeated start with a stop stops the answer, whatever limit is reached', async () => {
    const [owner] = instances(1, { runningPerUser: 1, runsPerMinute: 1 }) as [RunOwner]
    const asked = request()
    const { runId } = await owner.chat.startRun(trial.userId, asked)
    await owner.chat.startRun(trial.userId, { ...asked, stop: true })
    expect((await trial.ended(runId)).status).toBe('stopped')
  })

  test('A4: a start that failed can be repeated', async () => {
    const [owner] = instances(1, {}) as [RunOwner]
    const asked = request('no such model')
    const twice = [owner.chat.startRun(trial.userId, asked), owner.chat.startRun(trial.userId, asked)]
    for (const outcome of await Promise.allSettled(twice)) expect(outcome.status).toBe('rejected')
  })
})
