import { describe, expect, test } from 'vitest'
import type { LogEntry, Starts } from './run-log.ts'
import { catchUp, lengthToKeep, newerSource, sourceOf } from './source.ts'
import type { Source } from './source.ts'

function source(fence: number, text: string, starts: Starts = [[fence, 0]]): Source {
  return { fence, seq: 1, starts, text }
}

describe('newer', () => {
  test('the fence decides before the length', () => {
    const old = source(1, 'a long zombie text')
    const now = source(2, 'short')
    expect(newerSource(old, now)).toBe(now)
    expect(newerSource(now, old)).toBe(now)
  })

  test('with equal fences, the longer text is newer', () => {
    const short = source(1, 'ab')
    const long = source(1, 'abc')
    expect(newerSource(short, long)).toBe(long)
    expect(newerSource(long, short)).toBe(long)
  })

  test('a missing source is ignored', () => {
    const only = source(1, 'a')
    expect(newerSource(undefined, only)).toBe(only)
    expect(newerSource(only, undefined)).toBe(only)
    expect(newerSource(undefined, undefined)).toBeUndefined()
  })
})

describe('keep', () => {
  const starts: Starts = [
    [1, 0],
    [2, 10],
    [3, 4],
    [4, 8],
  ]
  const now = source(4, 'x'.repeat(12), starts)

  test.each([
    [{ fence: 4, length: 20 }, 12, 'same fence: at most the length of the source'],
    [{ fence: 4, length: 5 }, 5, 'same fence: at most the length of the reader’s text'],
    [{ fence: 3, length: 20 }, 8, 'the length at which the next fence began'],
    [{ fence: 2, length: 20 }, 4, 'the minimum of all later starts, not the last'],
    [{ fence: 1, length: 3 }, 3, 'the reader’s text is shorter than any later start'],
    [{ fence: 9, length: 3 }, 0, 'the fence is no ancestor'],
    [{ fence: 0, length: 0 }, 0, 'a new reader'],
  ])('%o keeps %i: %s', (reader, kept) => {
    expect(lengthToKeep(reader, now)).toBe(kept)
  })
})

describe('catchUp', () => {
  const now = source(2, 'abcdef', [
    [1, 0],
    [2, 3],
  ])

  test('a source of a lower fence changes nothing', () => {
    expect(catchUp({ fence: 3, length: 0 }, now)).toBeUndefined()
  })
  test('a source of the same fence adds the missing text', () => {
    expect(catchUp({ fence: 2, length: 4 }, now)).toEqual({ kind: 'words', keep: 4, text: 'ef' })
    expect(catchUp({ fence: 2, length: 8 }, now)).toBeUndefined()
  })
  test('a source that descends from the reader’s fence cuts the text to where the later fence began', () => {
    expect(catchUp({ fence: 1, length: 5 }, now)).toEqual({ kind: 'rewind', keep: 3, text: 'def' })
  })
  test('a source that does not descend from the reader’s fence replaces the text', () => {
    expect(catchUp({ fence: 0, length: 0 }, now)).toEqual({ kind: 'reset', keep: 0, text: 'abcdef' })
  })
})

describe('sourceOf', () => {
  const snapshot: LogEntry = {
    fence: 2,
    seq: 3,
    kind: 'snapshot',
    snapshot: { starts: [[2, 0]], text: 'abc' },
  }
  const words = (seq: number, at: number, text: string, fence = 2): LogEntry => {
    return { fence, seq, kind: 'words', words: { at, text } }
  }

  test('joins the text, drops repeats and skips seizures', () => {
    const entries: LogEntry[] = [
      snapshot,
      words(4, 3, 'de'),
      words(5, 4, 'ef'),
      { fence: 3, seq: 0, kind: 'seized' },
    ]
    expect(sourceOf(entries)).toEqual({ fence: 2, seq: 5, starts: [[2, 0]], text: 'abcdef' })
  })

  test.each<[string, LogEntry[]]>([
    ['nothing', []],
    ['no snapshot first', [words(4, 3, 'd')]],
    ['missing text', [snapshot, words(4, 4, 'e')]],
    ['words of another fence', [snapshot, words(1, 3, 'd', 3)]],
    ['a second snapshot', [snapshot, { ...snapshot, seq: 4 }]],
    ['an entry of another version', [snapshot, { fence: 2, seq: 4, kind: 'unknown' }]],
  ])('%s is no source', (_, entries) => {
    expect(sourceOf(entries)).toBeUndefined()
  })
})
