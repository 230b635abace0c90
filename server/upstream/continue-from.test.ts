import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { continueFrom } from './continue-from.ts'

/** The output of the filter when the provider sends these pieces. */
function filtered(text: string, pieces: string[]): string {
  const { filter } = continueFrom({ text, how: 'trailing' })
  return pieces.map((piece) => filter.push(piece)).join('') + filter.end()
}

describe('rule 15: how a request continues a text', () => {
  test.each([
    ['trailing', { role: 'assistant', content: 'One two' }, {}],
    ['prefix', { role: 'assistant', content: 'One two', prefix: true }, {}],
    [
      'vllm',
      { role: 'assistant', content: 'One two' },
      { continue_final_message: true, add_generation_prompt: false },
    ],
  ] as const)('the request in mode %s, without trailing white space', (how, message, fields) => {
    const continuation = continueFrom({ text: 'One two \n', how })
    expect(continuation.messages).toEqual([message])
    expect(continuation.fields).toEqual(fields)
  })

  test('without a text to continue, nothing is sent and nothing is changed', () => {
    for (const from of [
      undefined,
      { text: '', how: 'trailing' as const },
      { text: ' \n', how: 'vllm' as const },
    ]) {
      expect(continueFrom(from)).toMatchObject({ messages: [], fields: {} })
    }
    expect(filtered('', ['a', ' b'])).toBe('a b')
  })

  test.each([
    ['a repeated space', 'one ', [' two'], 'two'],
    ['a space that is not repeated', 'one ', ['two'], 'two'],
    ['a repeated space in a separate piece', 'one ', [' ', 'two'], 'two'],
    ['more white space than in the text', 'one\n', ['\n', '\ntwo'], '\ntwo'],
    ['less white space than in the text', 'one\n\n', ['\ntwo'], 'two'],
    ['other white space', 'one ', ['\n\ntwo'], '\n\ntwo'],
    ['only the first space', 'one ', [' two', ' three'], 'two three'],
    ['a text without trailing space', 'one', [' two'], ' two'],
    ['only the space', 'one ', [' '], ''],
  ])('%s', (_name, text, pieces, expected) => {
    expect(filtered(text, pieces)).toBe(expected)
  })

  test.each([
    ['the whole text in one piece', 'one two', ['one two three'], ' three'],
    ['the whole text in pieces', 'one two', ['o', 'ne ', 'two', ' three'], ' three'],
    ['the whole text and its white space', 'one two\n', ['one two', '\nthree'], 'three'],
    ['the beginning only', 'one two', ['one ', 'three'], 'one three'],
    ['the beginning only, and then ends', 'one two', ['one'], 'one'],
    ['something else', 'one two', ['three'], 'three'],
    ['the text twice', 'one', ['one', 'one'], 'one'],
  ])('an answer that begins with %s', (_name, text, pieces, expected) => {
    expect(filtered(text, pieces)).toBe(expected)
  })

  test('at most the length of the text is held back, and nothing after the decision', () => {
    const { filter } = continueFrom({ text: 'one two', how: 'trailing' })
    expect(filter.push('one t')).toBe('')
    expect(filter.push('x')).toBe('one tx')
    expect(filter.push('one two')).toBe('one two')
  })

  test('the answer joins the text, whatever the borders of its pieces', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n') })
    fc.assert(
      fc.property(letters, letters, fc.boolean(), fc.array(fc.nat(40)), (text, rest, echo, cuts) => {
        const sent = text.trimEnd()
        const answer = echo ? sent + text.slice(sent.length) + rest : rest
        const borders = [
          0,
          ...cuts.map((cut) => cut % (answer.length + 1)).sort((a, b) => a - b),
          answer.length,
        ]
        const pieces = borders.slice(1).map((end, at) => answer.slice(borders[at], end))
        expect(filtered(text, pieces)).toBe(filtered(text, [answer]))
        if (echo) expect(filtered(text, pieces)).toBe(rest)
      }),
      { numRuns: 1000 },
    )
  })
})
