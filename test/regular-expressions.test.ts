import { describe, expect, test } from 'vitest'
import { spellingPattern } from '../server/base/index.ts'
import { hostileInputs } from './support/hostile-inputs.ts'
import { findSourcePatterns } from './support/source-patterns.ts'

const { literals, built } = findSourcePatterns()

const spellingPatterns = ['a', 'İstanbul', 'aaaa ﬁ', '.*+(a|b)'].map(
  (words) => new RegExp(spellingPattern(words), 'gu'),
)

/** Patterns that are built at run time, for ordinary and for hostile values. */
const builtPatterns: Record<string, RegExp[]> = {
  'server/chat/search-messages.ts': spellingPatterns,
  'server/store/sqlite/open-sqlite.ts': spellingPatterns,
  'server/store/search/scan-chats.ts': spellingPatterns,
  'server/http/known-routes.ts': [/^\/api\/chats\/[^/]+\/messages\/[^/]+\/?$/g, /^\/assets\/.+\/?$/g],
  'web/ui/markdown/parse/block-builders.ts': [/^[ \t]{1,1}/gm, /^[ \t]{1,1000}/gm],
  'web/features/sidebar/mark-words.ts': [/(a|aa|aaa|ab)/giu, /(\(\*a\+|\.\*|\[)/giu],
}

/** The limit of how much longer a match takes on a text of four times the length: 4 is linear, 16 quadratic. */
const maxGrowth = 9
/** Shorter times are not compared, ms, since they would measure the clock and the machine. */
const minMs = 0.5

function timeOf(pattern: RegExp, text: string, times: number): number {
  let best = Infinity
  for (let time = 0; time < times; time++) {
    const start = performance.now()
    text.replaceAll(pattern, '')
    best = Math.min(best, performance.now() - start)
  }
  return best
}

/** An input on which the pattern takes more than linear time. Tries short inputs first: a long one may never end. */
function steepInput(source: string, flags: string): string | undefined {
  const pattern = new RegExp(source, flags.includes('g') ? flags : `${flags}g`)
  // A busy machine can make one measurement look steep, but only a steep pattern looks so every time.
  const isSteep = (make: (length: number) => string, length: number): boolean =>
    [1, 2, 3].every(() => looksSteep(make, length))
  const looksSteep = (make: (length: number) => string, length: number): boolean => {
    if (timeOf(pattern, make(length), 1) < minMs) return false
    const long = timeOf(pattern, make(length), 5)
    return long > minMs && long > maxGrowth * Math.max(timeOf(pattern, make(length / 4), 5), minMs / 50)
  }
  const inputs = hostileInputs(source, flags)
  for (const length of [20, 256, 4_096, 32_768]) {
    const steep = inputs.find(({ make }) => isSteep(make, length))
    if (steep) return steep.name
  }
  return undefined
}

describe('S12: every regular expression of the source takes linear time on hostile input', () => {
  test('patterns are found, and each pattern that is built at run time is listed here', () => {
    expect(literals.length).toBeGreaterThan(150)
    expect(built.map(({ file }) => file).toSorted()).toEqual(Object.keys(builtPatterns).toSorted())
  })

  test.each([
    ['(a+)+b', ''],
    [String.raw`\/+$`, ''],
    ['^a*a*$', ''],
    ['<[a-z][^>]*>', 'i'],
    [String.raw`^\s*,?\s*$`, ''],
    [String.raw`\bBearer .*x`, 'g'],
  ])('a slow pattern is found: /%s/%s', (source, flags) => {
    expect(steepInput(source, flags)).toBeDefined()
  })

  const own = Object.entries(builtPatterns).flatMap(([file, patterns]) =>
    patterns.map(({ source, flags }) => ({ place: `${file} (built) /${source}/${flags}`, source, flags })),
  )
  test('no pattern of the source is slow', { timeout: 120_000 }, () => {
    const slow = [...literals, ...own].flatMap(({ place, source, flags }) => {
      const input = steepInput(source, flags)
      return input === undefined ? [] : [`${place} on ${input}`]
    })
    expect(slow).toEqual([])
  })
})
