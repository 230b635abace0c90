import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { newId, systemClock } from '../base/index.ts'
import { MemoryRunLogHub } from '../coordination/run-log/memory-run-log.ts'
import { startRunTrial } from '../../test/support/run-trial.ts'
import type { RunTrial } from '../../test/support/run-trial.ts'
import type { RunOwner } from '../../test/support/run-owners.ts'
import type { Script } from '../../test/support/scripted-provider.ts'
import type { MessageRow } from '../store/contract/chats.ts'
import { readScriptedWords } from '../../test/support/scripted-provider.ts'
import { defaultRunLimits } from './index.ts'
import type { RunEnd } from './run-view.ts'

let trial: RunTrial
beforeAll(async () => {
  trial = await startRunTrial({ embedded: true })
  trial.provider.scripts.quick = { words: 120, wordsPerSecond: 100 }
})
afterEach(() => trial.stopOwners())
afterAll(() => trial.stop())

const ignore = {
  opened: () => {},
  run: () => {},
  words: () => {},
  link: () => {},
  phase: () => {},
  end: () => {},
}

/** The text that a reader on this instance is shown. */
async function follow(owner: RunOwner, runId: string): Promise<{ text: string }> {
  const shown = { text: '' }
  await owner.chat.follow(runId, trial.userId, undefined, {
    ...ignore,
    run: ({ keep, text }) => (shown.text = shown.text.slice(0, keep) + text),
    words: (at, words) => (shown.text += words.slice(shown.text.length - at)),
  })
  return shown
}

/** An instance without Redis: no other instance can read its logs. */
const createOwnerWithoutRedis = (): RunOwner =>
  trial.owner({
    log: new MemoryRunLogHub({ clock: systemClock }).connect(),
    // The saver must not save during a test.
    limits: { ...defaultRunLimits, saveEveryMs: 600_000, graceMs: 0, releaseMs: 300 },
    hasRedis: false,
  })

describe('an answer, from its provider to the store', () => {
  test('A5: a drain without a shared log saves the text that readers have seen before it gives the run up', async () => {
    const leaving = createOwnerWithoutRedis()
    const { runId } = await trial.start(leaving, 'quick')
    const shown = await follow(leaving, runId)
    await expect.poll(() => shown.text.length).toBeGreaterThan(40)
    await leaving.chat.drain()
    const savedAtDrain = (await trial.store.runs.read(runId))!.saved
    await expect.poll(() => shown.text.length).toBeGreaterThan(savedAtDrain + 40)
    const before = shown.text
    expect(await leaving.chat.release()).toBe(1)
    const row = await trial.store.runs.readWithText(runId)
    expect(row?.owner).toBe('')
    expect(row?.text.slice(0, before.length)).toBe(before)
    const nextOwner = createOwnerWithoutRedis()
    const { text, status } = await trial.ended(runId)
    expect(status).toBe('done')
    expect(text.startsWith(before)).toBe(true)
    expect(readScriptedWords(text, 120).problem).toBeUndefined()
    expect(nextOwner.chat.runs).toBe(0)
  })

  describe('how a model ended', () => {
    const model = 'ending'
    const finished = async (script: Script): Promise<MessageRow> => {
      trial.provider.scripts[model] = script
      const { runId, messageId } = await trial.start(trial.owner(), model)
      await trial.ended(runId)
      return (await trial.store.chats.message(messageId, trial.userId))!
    }

    test('A7: the reason is stored with the message and sent to its readers', async () => {
      trial.provider.scripts[model] = { words: 5, firstWordMs: 100 }
      const owner = trial.owner()
      const { runId, messageId } = await trial.start(owner, model)
      const ends: RunEnd[] = []
      await owner.chat.follow(runId, trial.userId, undefined, { ...ignore, end: (end) => ends.push(end) })
      await expect.poll(() => ends).toMatchObject([{ status: 'done', finishReason: 'stop' }])
      const { meta } = (await trial.store.chats.message(messageId, trial.userId))!
      expect(meta.finishReason).toBe('stop')
    })

    test('C9: an answer that a limit cut has that reason, and can be continued to its end', async () => {
      const cut = await finished({ words: 5, finish: 'length' })
      expect(cut).toMatchObject({ status: 'done', meta: { finishReason: 'length' } })
      trial.provider.scripts[model] = { words: 10 }
      const { runId } = await trial
        .owner()
        .chat.startRun(trial.userId, { clientId: newId(), model, continueOf: cut.id })
      const { text } = await trial.ended(runId)
      expect(readScriptedWords(text, 10).problem).toBeUndefined()
      const whole = await trial.store.chats.message(cut.id, trial.userId)
      expect(whole).toMatchObject({ status: 'done', meta: { finishReason: 'stop' } })
    })

    test('C8: a proper end without text, or with reasoning only, is reported as no answer', async () => {
      for (const script of [
        { words: [] },
        { words: ['\n', ' '] },
        { words: [], finish: null },
        { words: [], reasoning: ['Let me ', 'think.'] },
        { words: ['<think>Let me think.', '</think>'] },
        { words: [], reasoning: ['Let me ', 'think.'], finish: 'length' },
      ]) {
        const { status, meta } = await finished(script)
        expect({ status, code: meta.error?.code }, JSON.stringify(script)).toEqual({
          status: 'failed',
          code: 'upstream_no_answer',
        })
      }
    })

    test('C8: an end with an unknown reason keeps the text and is not done', async () => {
      const { status, text, meta } = await finished({ words: ['Half a '], finish: 'moon_phase' })
      expect({ status, text, code: meta.error?.code }).toEqual({
        status: 'failed',
        text: 'Half a ',
        code: 'upstream_unknown_end',
      })
    })
  })
})
