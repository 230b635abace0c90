import fc from 'fast-check'
import { expect, test } from 'vitest'
import { systemClock } from '../../base/index.ts'
import { buildBlock } from './build-block.ts'
import type { BuiltBlock } from './build-block.ts'
import { hasBit } from './bitmap.ts'
import { gramsOfWord } from './grams.ts'
import { pageOf, sectionsIn } from './postings.ts'

const build = (texts: string[], signal = new AbortController().signal): Promise<BuiltBlock> =>
  buildBlock(
    texts.map((text, n) => ({ id: String(n), text })),
    { clock: systemClock, signal },
  )

/** The ids of the texts whose sections have all grams of the word. */
function candidates({ pages, sections }: BuiltBlock, word: string): string[] {
  const page = new Map(pages.map(({ page: number, postings }) => [number, postings]))
  const lists = gramsOfWord(word).map((gram) => sectionsIn(page.get(pageOf(gram)) ?? new Uint8Array(), gram))
  const all = sections.keys().filter((section) => lists.every((list) => list.includes(section)))
  return [...new Set([...all].flatMap((section) => sections[section] ?? []))]
}

const letters = fc.string({
  unit: fc.constantFrom('a', 'b', 'Ü', 'é', '字', '𐐀', ' ', '\n'),
  maxLength: 5000,
})

test('a text is a candidate for each of its parts of two characters and more', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(letters, { minLength: 1, maxLength: 4 }),
      fc.nat(),
      fc.nat(),
      async (texts, at, size) => {
        const built = await build(texts)
        expect(built.count).toBe(texts.length)
        for (const [n, text] of texts.entries()) {
          const word =
            Array.from(text)
              .slice(at % 5000, (at % 5000) + 2 + (size % 90))
              .join('')
              .split(/\s/)[0] ?? ''
          if (Array.from(word).length >= 2) expect(candidates(built, word)).toContain(String(n))
        }
      },
    ),
    { numRuns: 60 },
  )
}, 60_000)

test('a word is found where one section of a long text ends and the next begins', async () => {
  const word = Array.from({ length: 26 }, (_, n) => String.fromCodePoint(0x61 + n, 0x430 + n)).join('')
  for (let before = 1980; before < 2060; before++) {
    const built = await build([`${'.'.repeat(before)} ${word} ${'.'.repeat(3000)}`, 'hay'])
    expect([before, candidates(built, word)]).toEqual([before, ['0']])
  }
})

test('short texts share a section, and a long text has several that continue each other', async () => {
  const built = await build(['one', 'two', 'z'.repeat(5000), 'three'])
  expect(built.sections).toEqual([['0', '1'], ['2'], ['2'], ['2'], ['3']])
  expect([0, 1, 2, 3, 4].map((section) => hasBit(built.continues, section))).toEqual([
    false,
    false,
    true,
    true,
    false,
  ])
  expect(candidates(built, 'two')).toEqual(['0', '1'])
  expect(candidates(built, 'absent')).toEqual([])
})

test('texts that do not fit stay outside; a text that is too long alone is indexed as far as it fits', async () => {
  const long = 'ab'.repeat(4_000_000)
  expect((await build([long, long, long])).count).toBe(2)
  const endless = `first ${'cd'.repeat(9_000_000)}`
  const built = await build([endless])
  expect(built.count).toBe(1)
  expect(candidates(built, 'first')).toEqual(['0'])
}, 60_000)

test('an abort ends the work', async () => {
  const texts = Array.from({ length: 500 }, (_, n) => `${n} `.repeat(500))
  await expect(build(texts, AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped')
})
