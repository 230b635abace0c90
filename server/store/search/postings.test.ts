import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodePage, maxSections, pageCount, pageOf, pairOf, sectionsIn } from './postings.ts'

const section = fc.integer({ min: 0, max: 299 })
const gramsPerPage = 2 ** 32 / pageCount
const gram = fc.integer({ min: 0, max: gramsPerPage - 1 })

test('a page returns the sections of each gram, and none for other grams', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(gram, fc.uniqueArray(section, { minLength: 1, maxLength: 300 })), {
        selector: ([number]) => number,
        minLength: 1,
        maxLength: 20,
      }),
      (entries) => {
        const pairs = entries.flatMap(([number, sections]) => sections.map((one) => pairOf(number, one)))
        const page = encodePage(Float64Array.from(pairs).sort(), 300)
        const byNumber = (a: number, b: number): number => a - b
        for (const [number, sections] of entries)
          expect(sectionsIn(page, number)).toEqual(sections.toSorted(byNumber))
        const known = new Set(entries.map(([number]) => number))
        for (const [number] of entries)
          if (number < gramsPerPage - 1 && !known.has(number + 1))
            expect(sectionsIn(page, number + 1)).toEqual([])
      },
    ),
  )
})

test('a gram of every section costs one bit for each, a rare one a few bytes', () => {
  const everywhere = Float64Array.from({ length: 4000 }, (_, n) => pairOf(7, n))
  expect(encodePage(everywhere, 4000)).toHaveLength(1 + 2 + 500)
  expect(encodePage(Float64Array.of(pairOf(7, 3999)), 4000)).toHaveLength(1 + 1 + 2)
})

test('the highest gram and section have a page and a place', () => {
  const highest = 2 ** 32 - 1
  expect(pageOf(highest)).toBe(pageCount - 1)
  const page = encodePage(Float64Array.of(pairOf(highest, maxSections - 1)), maxSections)
  expect(sectionsIn(page, highest)).toEqual([maxSections - 1])
})
