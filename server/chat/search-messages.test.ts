import { expect, test } from 'vitest'
import { excerptOf } from './search-messages.ts'

test('an excerpt is one line that begins at a word, shortly before the first match', () => {
  expect(excerptOf('Short,\n\n  with a needle', 'NEEDLE')).toBe('Short, with a needle')
  const long = `${'hay '.repeat(40)}needle ${'straw '.repeat(80)}`
  const excerpt = excerptOf(long, 'needle')
  expect(excerpt).toMatch(/^…(hay ){9,10}needle (straw )+\S*…$/)
  expect(excerpt.length).toBeLessThanOrEqual(202)
})

test('Markdown signs are left out', () => {
  expect(excerptOf('## Tides\n\nThe **sea** and `x * y`, *twice*', 'sea')).toBe(
    'Tides The sea and x * y, twice',
  )
})

test('a text without spaces is cut directly before the match', () => {
  expect(excerptOf(`${'x'.repeat(90)}needle`, 'needle')).toBe('…needle')
})

test('a text in which the word is not found is shown from its beginning', () => {
  expect(excerptOf('ß and more', 'ss')).toBe('ß and more')
})
