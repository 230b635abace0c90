import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { newId, systemClock } from '../base/index.ts'
import { callerOf, userView } from '../../test/support/callers.ts'
import { requestsOfOne } from '../../test/support/user-counts.ts'
import { createMemoryRateLimits } from '../coordination/rate-limits/memory-rate-limits.ts'
import { startRunTrial } from '../../test/support/run-trial.ts'
import type { RunTrial } from '../../test/support/run-trial.ts'
import type { RunOwner } from '../../test/support/run-owners.ts'
import type { ScriptedCall } from '../../test/support/scripted-provider.ts'
import { RunAdmission, RunLimiter } from './index.ts'
import type { AdmissionLimits } from './run-admission.ts'
import type { UserLimits } from './run-limits.ts'
import { titleByModel } from './title.ts'

let trial: RunTrial
beforeAll(async () => {
  trial = await startRunTrial({ embedded: true })
  trial.provider.scripts.brief = { words: 10, wordsPerSecond: 50 }
})
afterEach(() => {
  trial.stopOwners()
  trial.provider.calls.length = 0
})
afterAll(() => trial.stop())

function instance(
  { perInstance = null, perConnection = null }: Partial<AdmissionLimits>,
  user: Partial<UserLimits> = {},
): RunOwner {
  const limiter = new RunLimiter({
    rateLimits: createMemoryRateLimits({ clock: systemClock }),
    requests: requestsOfOne(),
    store: trial.store,
    limits: () => ({ runsPerMinute: null, tokensPerMinute: null, runningPerUser: null, ...user }),
  })
  return trial.owner({ admission: new RunAdmission(() => ({ perInstance, perConnection })), limiter })
}

const complete = ({ chat }: RunOwner, model = 'brief', signal = new AbortController().signal) =>
  chat.complete({
    caller: callerOf(userView(trial.userId), 'api-key'),
    model,
    messages: [{ role: 'user', content: 'Hi' }],
    params: {},
    sink: () => {},
    signal,
    onLimit: () => {},
  })

/** The maximum number of calls that were open at the same time, by the provider's record. */
function maxConcurrentCalls(calls: ScriptedCall[]): number {
  const ends = calls.map(({ at, endedAt = Infinity }) => ({ at, endedAt }))
  return Math.max(
    // A call may begin and end within the same millisecond.
    ...ends.map(
      (one) => ends.filter((other) => other === one || (other.at <= one.at && other.endedAt > one.at)).length,
    ),
  )
}

describe('requests of API clients and titles', () => {
  test('A11: they queue together with the answers of chats, and never exceed the limit', async () => {
    for (const limits of [{ perInstance: 1 }, { perConnection: 1 }]) {
      trial.provider.calls.length = 0
      const owner = instance(limits)
      const first = await trial.start(owner, 'brief')
      await trial.ended(first.runId)
      const path = { chatId: first.chatId, messageId: first.messageId, userId: trial.userId }
      const run = await trial.start(owner, 'brief')
      await Promise.all([
        complete(owner),
        complete(owner),
        titleByModel({ ...owner.ports, chats: trial.store.chats }, null, path, new AbortController().signal),
        trial.ended(run.runId),
      ])
      await expect.poll(() => trial.provider.calls.every(({ endedAt }) => endedAt !== undefined)).toBe(true)
      expect(trial.provider.calls).toHaveLength(5)
      expect(maxConcurrentCalls(trial.provider.calls), JSON.stringify(limits)).toBe(1)
    }
  })

  test('A11: a title waits behind all requests that users wait for', async () => {
    const owner = instance({ perInstance: 1 })
    const { chatId, messageId, runId } = await trial.start(owner, 'brief')
    await trial.ended(runId)
    trial.provider.calls.length = 0
    const busy = complete(owner)
    await expect.poll(() => trial.provider.live()).toBe(1)
    const path = { chatId, messageId, userId: trial.userId }
    const title = titleByModel(
      { ...owner.ports, chats: trial.store.chats },
      'words',
      path,
      new AbortController().signal,
    )
    await expect.poll(() => owner.ports.admission.waiting).toBe(1)
    await Promise.all([busy, complete(owner), title])
    expect(trial.provider.calls.map(({ model }) => model)).toEqual(['brief', 'brief', 'words'])
  })

  test('A11: an API client that disconnects while it waits leaves the queue', async () => {
    const owner = instance({ perInstance: 1 })
    const busy = complete(owner)
    await expect.poll(() => trial.provider.live()).toBe(1)
    const controller = new AbortController()
    const waiting = complete(owner, 'brief', controller.signal)
    await expect.poll(() => owner.ports.admission.waiting).toBe(1)
    controller.abort(new Error('the client has disconnected'))
    await expect(waiting).rejects.toThrow('the client has disconnected')
    await busy
    await complete(owner)
    expect(trial.provider.calls).toHaveLength(2)
  })

  test('A11: they and the running answers of chats count towards the same limit of their user', async () => {
    const owner = instance({}, { runningPerUser: 1 })
    const busy = complete(owner)
    await expect(complete(owner)).rejects.toMatchObject({ code: 'too_many_runs' })
    await expect(trial.start(owner, 'brief')).rejects.toMatchObject({ code: 'too_many_runs' })
    await busy
    const { runId } = await trial.start(owner, 'brief')
    await expect(complete(owner)).rejects.toMatchObject({ code: 'too_many_runs' })
    await trial.ended(runId)
    await complete(owner)
  })

  test('A11: concurrent requests never exceed the free slots', async () => {
    const owner = instance({}, { runningPerUser: 2 })
    const all = await Promise.allSettled([
      ...Array.from({ length: 4 }, () => complete(owner)),
      ...Array.from({ length: 4 }, () => trial.start(owner, 'brief')),
    ])
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
    expect(maxConcurrentCalls(trial.provider.calls)).toBeLessThanOrEqual(2)
    await expect.poll(() => trial.store.runs.countRunning(trial.userId)).toBe(0)
  })

  test('A11: the test whether a model continues a text waits in the queue too', async () => {
    trial.provider.scripts.unasked = { words: 20, wordsPerSecond: 50 }
    const owner = instance({ perConnection: 1 })
    Object.assign(owner.ports.models, trial.untestedCatalogue())
    const { runId } = await owner.chat.startRun(trial.userId, {
      clientId: newId(),
      model: 'unasked',
      text: 'Hi',
    })
    await trial.ended(runId)
    await expect
      .poll(() => trial.provider.calls.filter(({ endedAt }) => endedAt !== undefined))
      .toHaveLength(2)
    expect(trial.provider.calls.map(({ call }) => call)).toContain(0)
    expect(maxConcurrentCalls(trial.provider.calls)).toBe(1)
  })
})
