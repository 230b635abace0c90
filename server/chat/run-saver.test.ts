import { beforeEach, describe, expect, test } from 'vitest'
import { silentLogger } from '../base/index.ts'
import { StoreError } from '../store/store.ts'
import type { SavePart } from '../store/contract/runs.ts'
import { RunSaver } from './run-saver.ts'
import type { SavableRun } from './run-saver.ts'

/** A run whose unsaved text is set by the test. */
class Run implements SavableRun {
  received: (string | { stop: boolean })[] = []
  words: string
  start = 0
  readonly id: string
  readonly replacesSaved: boolean

  constructor(id: string, { words = 'words', replacesSaved = false } = {}) {
    this.id = id
    this.words = words
    this.replacesSaved = replacesSaved
  }

  unsaved(): SavePart | undefined {
    if (this.words === '' && !this.replacesSaved) return undefined
    const { id, start, words: text } = this
    return { id, fence: 1, start, length: text.length, seq: 1, starts: [[1, 0]], text }
  }

  saved(part: SavePart, { stop }: { stop: boolean }): void {
    this.words = this.words.slice(part.length)
    this.received.push({ stop })
  }

  refused(): void {
    this.received.push('refused')
  }
}

/** The calls to the store, in order; and its answer to them. */
let asked: string[]
let answer: (ids: string[]) => Promise<Map<string, { stop: boolean }>>
let saver: RunSaver
const all = async (ids: string[]) => new Map(ids.map((id) => [id, { stop: false }]))

beforeEach(() => {
  asked = []
  answer = all
  saver = new RunSaver({
    runs: {
      save: (parts) => {
        const ids = parts.map(({ id }) => id)
        asked.push(`save ${ids.join()}`)
        return answer(ids)
      },
      replaceSavedText: async ({ id }) => {
        asked.push(`replace ${id}`)
        return (await answer([id])).get(id)
      },
    },
    limits: { saveEveryMs: 2000 },
    logger: silentLogger,
  })
})

const given = (...runs: Run[]): Run[] => {
  for (const run of runs) saver.add(run)
  return runs
}

describe('a save', () => {
  test('saves all runs with unsaved text in one transaction, and skips the others (rule 6)', async () => {
    const [one, clean, two] = given(new Run('one'), new Run('clean', { words: '' }), new Run('two'))
    await saver.saveNow()
    expect(asked).toEqual(['save one,two'])
    expect([one!.words, two!.words, clean!.received]).toEqual(['', '', []])
    await saver.saveNow()
    expect(asked).toHaveLength(1)
  })

  test('reports a stop to its run, and a refused save to its run', async () => {
    const [stopped, foreign] = given(new Run('stopped'), new Run('foreign'))
    answer = async () => new Map([['stopped', { stop: true }]])
    await saver.saveNow()
    expect([stopped!.received, foreign!.received, foreign!.words]).toEqual([
      [{ stop: true }],
      ['refused'],
      'words',
    ])
  })

  test('replaces the saved text of a regenerated run in a statement of its own', async () => {
    const [restarted, refused, other] = given(
      new Run('restarted', { words: '', replacesSaved: true }),
      new Run('refused', { replacesSaved: true }),
      new Run('other'),
    )
    answer = async (ids) => all(ids.filter((id) => id !== 'refused'))
    await saver.saveNow()
    expect(asked).toEqual(['replace restarted', 'replace refused', 'save other'])
    expect([restarted, refused, other].map((run) => run!.received)).toEqual([
      [{ stop: false }],
      ['refused'],
      [{ stop: false }],
    ])
  })

  test('skips a run whose saved length has changed meanwhile', async () => {
    const [, moved] = given(new Run('restarted', { replacesSaved: true }), new Run('moved'))
    answer = async (ids) => {
      moved!.start = 3
      return all(ids)
    }
    await saver.saveNow()
    expect([asked, moved!.received]).toEqual([['replace restarted'], []])
  })

  test('that is slow is awaited, not started twice', async () => {
    given(new Run('one'))
    const slow = Promise.withResolvers<void>()
    answer = async (ids) => {
      await slow.promise
      return all(ids)
    }
    const both = [saver.saveNow(), saver.saveNow()]
    saver.saveSoon()
    slow.resolve()
    await Promise.all(both)
    expect(asked).toEqual(['save one'])
  })

  test('that failed keeps the text for the next save', async () => {
    const [run] = given(new Run('one'))
    answer = async () => Promise.reject(new StoreError('unavailable', 'away'))
    await saver.saveNow()
    expect([run!.words, run!.received]).toEqual(['words', []])
    answer = all
    await saver.saveNow()
    expect(run!.words).toBe('')
  })
})

test('removing a replaced driver leaves the current driver of the run', async () => {
  const [old, current] = [new Run('one'), new Run('one', { words: 'of the next driver' })]
  saver.add(old)
  saver.add(current)
  saver.remove(old)
  await saver.saveNow()
  expect([old.received, current.words]).toEqual([[], ''])
  saver.remove(current)
  current.words = 'more'
  await saver.saveNow()
  expect(asked).toHaveLength(1)
})
