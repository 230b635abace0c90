import { expect, test } from 'vitest'
import { excerptOf } from './search-messages.ts'

test('an excerpt is one line that begins at a word, a little before the first one looked for', () => {
  expect(excerptOf('Short,\n\n  with a needle', 'NEEDLE')).toBe('Short, with a needle')
  const long = `${'hay '.repeat(40)}needle ${'straw '.repeat(80)}`
  const excerpt = excerptOf(long, 'needle')
  expect(excerpt).toMatch(/^…(hay ){9,10}needle (straw )+\S*…$/)
  expect(excerpt.length).toBeLessThanOrEqual(202)
})

test('marks of Markdown are left out', () => {
  expect(excerptOf('## Tides\n\nThe **sea** and `x * y`, *twice*', 'sea')).toBe(
    'Tides The sea and x * y, twice',
  )
})

test('a text without spaces is cut before the word itself', () => {
  expect(excerptOf(`${'x'.repeat(90)}needle`, 'needle')).toBe('…needle')
})

test('the words may have been folded otherwise than here: the text is shown from its beginning', () => {
  expect(excerptOf('ß and more', 'ss')).toBe('ß and more')
})
