import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../base/index.ts'
import { MemoryRunLogHub } from '../coordination/run-log/memory-run-log.ts'
import { StoreError } from '../store/index.ts'
import { startRunTrial } from '../../test/support/run-trial.ts'
import type { RunTrial } from '../../test/support/run-trial.ts'
import type { RunOwner } from '../../test/support/run-owners.ts'
import { readScriptedWords } from '../../test/support/scripted-provider.ts'
import { defaultRunLimits } from './index.ts'

let trial: RunTrial
beforeAll(async () => {
  trial = await startRunTrial({ embedded: true })
  trial.provider.scripts.quick = { words: 120, wordsPerSecond: 100 }
})
afterEach(() => trial.stopOwners())
afterAll(() => trial.stop())

/** What a reader on this instance is shown. */
async function follow(owner: RunOwner, runId: string): Promise<{ text: string }> {
  const shown = { text: '' }
  await owner.chat.follow(runId, trial.userId, undefined, {
    opened: () => {},
    run: ({ keep, text }) => (shown.text = shown.text.slice(0, keep) + text),
    words: (at, words) => (shown.text += words.slice(shown.text.length - at)),
    link: () => {},
    phase: () => {},
    end: () => {},
  })
  return shown
}

/** An instance without Redis: its logs are its own. */
const aloneWithItsLogs = (): RunOwner =>
  trial.owner({
    log: new MemoryRunLogHub({ clock: systemClock }).connect(),
    // No tick of the saver comes by while a test looks.
    limits: { ...defaultRunLimits, saveEveryMs: 600_000, graceMs: 0, releaseMs: 300 },
    shared: false,
  })

describe('the driver of a run', () => {
  test('A5: a drain saves the words that were shown before it gives the run up, where no log keeps them', async () => {
    const leaving = aloneWithItsLogs()
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
    const heir = aloneWithItsLogs()
    const { text, status } = await trial.ended(runId)
    expect(status).toBe('done')
    expect(text.startsWith(before)).toBe(true)
    expect(readScriptedWords(text, 120).problem).toBeUndefined()
    expect(heir.chat.runs).toBe(0)
  })

  test('A5: a store that is away holds up a drain for seconds, not for ever', async () => {
    const leaving = aloneWithItsLogs()
    const { runId } = await trial.start(leaving, 'quick')
    const shown = await follow(leaving, runId)
    await expect.poll(() => shown.text.length).toBeGreaterThan(40)
    const away = (): Promise<never> => Promise.reject(new StoreError('unavailable', 'away'))
    leaving.context.store = {
      ...trial.store,
      runs: { ...trial.store.runs, save: away, saveAnew: away },
    }
    expect(await leaving.chat.release()).toBe(1)
  })

  test('A6: a save whose confirmation was lost does not stop the provider for ever', async () => {
    const pauseUnits = 2000
    let lost = 0
    const { runs } = trial.store
    const store = {
      ...trial.store,
      runs: {
        ...runs,
        save: async (parts: Parameters<typeof runs.save>[0]) => {
          const answer = await runs.save(parts)
          // It covered everything that had come: the provider is held back for it.
          if (lost > 0 || !parts.some(({ length }) => length >= pauseUnits)) return answer
          lost++
          throw new StoreError('unavailable', 'the connection broke before the answer')
        },
      },
    }
    const limits = { ...defaultRunLimits, saveUnits: 100_000, pauseUnits, saveEveryMs: 100 }
    trial.provider.scripts.fast = { words: 1500 }
    const { runId } = await trial.start(trial.owner({ store, limits }), 'fast')
    const { text, status } = await trial.ended(runId)
    expect(lost).toBe(1)
    expect(status).toBe('done')
    expect(readScriptedWords(text, 1500).problem).toBeUndefined()
  })

  test('A6: an end whose confirmation was lost is an end: it is told to the tabs, and what follows it is done', async () => {
    let lost = 0
    const { runs } = trial.store
    const store = {
      ...trial.store,
      runs: {
        ...runs,
        finalise: async (ending: Parameters<typeof runs.finalise>[0]) => {
          const answer = await runs.finalise(ending)
          if (lost++ > 0) return answer
          throw new StoreError('unavailable', 'the connection broke before the answer')
        },
      },
    }
    trial.provider.scripts.short = { words: 5 }
    const owner = trial.owner({ store })
    const told: string[] = []
    owner.context.events.listen(trial.userId, { event: ({ name }) => told.push(name), gap: () => {} })
    const { runId } = await trial.start(owner, 'short')
    await trial.ended(runId)
    await expect.poll(() => told).toContain('run.ended')
    expect(lost).toBeGreaterThan(0)
  })
})
