import { expect, test } from 'vitest'
import { cleanText, createTextCleaner } from './clean-text.ts'

test('U+0000 and unpaired surrogates become U+FFFD, everything else stays (rule 12)', () => {
  expect(cleanText('a\u0000b\u0000')).toBe('a\uFFFDb\uFFFD')
  expect(cleanText('high \uD83D low \uDE00 pair \u{1F600}')).toBe('high \uFFFD low \uFFFD pair \u{1F600}')
  expect(cleanText('\uDE00\uD83D')).toBe('\uFFFD\uFFFD')
  expect(cleanText('plain ä 漢 \u{1F600}')).toBe('plain ä 漢 \u{1F600}')
})

test('a surrogate pair that is split over two pieces is joined; an unpaired half at the end is replaced', () => {
  const cleaner = createTextCleaner()
  expect(cleaner.push('a\uD83D') + cleaner.push('\uDE00b\uD83D') + cleaner.end()).toBe('a\u{1F600}b\uFFFD')
})
