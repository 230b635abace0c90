import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId, sleep } from '../../server/base/index.ts'
import { callsOf, startRunTrial } from '../support/run-trial.ts'
import type { RunTrial } from '../support/run-trial.ts'
import { readScriptedWords } from '../support/scripted-provider.ts'

let trial: RunTrial
beforeAll(async () => {
  trial = await startRunTrial()
})
afterAll(() => trial.stop())

/** Delivers no events of other instances: whatever reaches this instance was read from the store. */
const withoutEvents = { notify: () => {}, listen: () => () => {} }

describe('rules of a run: how it ends', () => {
  test('rule 10: stop is a column: it reaches the owner without any message', async () => {
    const writer = trial.owner()
    const run = await trial.start(writer, 'hangs')
    await trial.written(run.runId, 40)
    await trial.store.runs.requestStop(run.runId, trial.userId)
    const { status } = await trial.ended(run.runId, 4000)
    expect(status).toBe('stopped')
  })

  test('rule 10: a stopped run whose owner died is only finalised', async () => {
    const [writer, heir] = [trial.owner(), trial.owner()]
    const run = await trial.start(writer)
    await trial.written(run.runId, 40)
    trial.kill(writer)
    await trial.store.runs.requestStop(run.runId, trial.userId)
    heir.membership.dead.add(writer.ports.me)
    const { status, text } = await trial.ended(run.runId)
    expect(status).toBe('stopped')
    expect(callsOf(text)).toHaveLength(1)
  })

  test('rule 11: only the store confirms the end: a reader learns of it without any message', async () => {
    const [writer, elsewhere] = [trial.owner(), trial.owner({ hasRedis: false, events: withoutEvents })]
    const run = await trial.start(writer)
    let end: unknown
    let text = ''
    await elsewhere.chat.follow(run.runId, trial.userId, undefined, {
      opened: () => {},
      run: (state) => (text = text.slice(0, state.keep) + state.text),
      words: (at, words) => (text += words.slice(text.length - at)),
      link: () => {},
      phase: () => {},
      end: (state) => (end = state),
    })
    elsewhere.membership.healthy = false
    const stored = await trial.ended(run.runId)
    await expect
      .poll(() => end, { timeout: 8000 })
      .toMatchObject({ status: 'done', length: stored.text.length })
    expect(text).toBe(stored.text)
  })

  test('rule 13: three attempts, then interrupted', async () => {
    let writer = trial.owner()
    const run = await trial.start(writer, 'hangs')
    for (const expected of [1, 2]) {
      await trial.written(run.runId, 20)
      trial.kill(writer)
      const heir = trial.owner()
      heir.membership.dead.add(writer.ports.me)
      await expect
        .poll(async () => (await trial.store.runs.read(run.runId))?.attempt, { timeout: 8000 })
        .toBe(expected)
      writer = heir
      await sleep(700)
    }
    trial.kill(writer)
    trial.owner().membership.dead.add(writer.ports.me)
    const { status, attempt } = await trial.ended(run.runId)
    expect({ status, attempt }).toEqual({ status: 'interrupted', attempt: 3 })
  })

  test('rule 15: an answer that cannot be continued is regenerated as a whole', async () => {
    const [writer, heir] = [trial.owner(), trial.owner()]
    const run = await trial.start(writer, 'none/restarts')
    await trial.written(run.runId, 40)
    trial.kill(writer)
    heir.membership.dead.add(writer.ports.me)
    const { text, status } = await trial.ended(run.runId)
    expect(status).toBe('done')
    expect(readScriptedWords(text, 60).problem).toBeUndefined()
    expect(callsOf(text)).toHaveLength(1)
  })

  test('rule 15: with the policy "interrupt" the text is kept and the answer ends', async () => {
    const [writer, heir] = [trial.owner(), trial.owner({ policy: () => 'interrupt' })]
    const run = await trial.start(writer, 'none/restarts')
    await trial.written(run.runId, 40)
    trial.kill(writer)
    const kept = (await trial.store.runs.readWithText(run.runId))!.text
    heir.membership.dead.add(writer.ports.me)
    const { text, status } = await trial.ended(run.runId)
    expect(status).toBe('interrupted')
    expect(text.startsWith(kept)).toBe(true)
  })

  test('rule 16: one running run per branch', async () => {
    const writer = trial.owner()
    const run = await trial.start(writer, 'hangs')
    const again = writer.chat.startRun(trial.userId, {
      clientId: newId(),
      model: 'words',
      regenerateOf: run.messageId,
    })
    await expect(again).rejects.toMatchObject({ code: 'branch_busy' })
    await writer.chat.stopRun(trial.userId, run.runId)
    await trial.ended(run.runId)
    const second = await writer.chat.startRun(trial.userId, {
      clientId: newId(),
      model: 'words',
      regenerateOf: run.messageId,
    })
    expect(second.userMessageId).toBe(run.userMessageId)
    await trial.ended(second.runId)
  })

  test('a run that a draining instance created or gave up is claimed at once, and does not count an attempt', async () => {
    const [leaving, staying] = [trial.owner(), trial.owner()]
    const given = await trial.start(leaving)
    await trial.written(given.runId, 40)
    await leaving.chat.drain()
    const made = await trial.start(leaving)
    expect((await trial.store.runs.read(made.runId))?.owner).not.toBe(leaving.ports.me)
    await leaving.chat.release()
    const [first, second] = [await trial.ended(given.runId), await trial.ended(made.runId)]
    expect([first.status, second.status]).toEqual(['done', 'done'])
    expect([first.attempt, second.attempt]).toEqual([0, 0])
    expect(readScriptedWords(first.text, 60).problem).toBeUndefined()
    expect(staying.chat.runs).toBe(0)
  })
})
