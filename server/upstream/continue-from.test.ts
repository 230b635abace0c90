import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { continueFrom } from './continue-from.ts'

/** What comes out of the filter when the provider sends these pieces. */
function filtered(text: string, pieces: string[]): string {
  const { filter } = continueFrom({ text, how: 'trailing' })
  return pieces.map((piece) => filter.push(piece)).join('') + filter.end()
}

describe('rule 15: continue only what is known to continue', () => {
  test.each([
    ['trailing', { role: 'assistant', content: 'One two' }, {}],
    ['prefix', { role: 'assistant', content: 'One two', prefix: true }, {}],
    [
      'vllm',
      { role: 'assistant', content: 'One two' },
      { continue_final_message: true, add_generation_prompt: false },
    ],
  ] as const)('the form of %s, trailing white space withheld', (how, message, fields) => {
    const continuation = continueFrom({ text: 'One two \n', how })
    expect(continuation.messages).toEqual([message])
    expect(continuation.fields).toEqual(fields)
  })

  test('nothing to continue: nothing is sent, nothing is changed', () => {
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
    ['a space that comes again', 'one ', [' two'], 'two'],
    ['a space that does not', 'one ', ['two'], 'two'],
    ['a space that comes apart', 'one ', [' ', 'two'], 'two'],
    ['more space than there was', 'one\n', ['\n', '\ntwo'], '\ntwo'],
    ['less space than there was', 'one\n\n', ['\ntwo'], 'two'],
    ['other space', 'one ', ['\n\ntwo'], '\n\ntwo'],
    ['only the first space', 'one ', [' two', ' three'], 'two three'],
    ['no space withheld', 'one', [' two'], ' two'],
    ['nothing but the space', 'one ', [' '], ''],
  ])('%s', (_name, text, pieces, expected) => {
    expect(filtered(text, pieces)).toBe(expected)
  })

  test.each([
    ['the whole text in one piece', 'one two', ['one two three'], ' three'],
    ['the whole text in pieces', 'one two', ['o', 'ne ', 'two', ' three'], ' three'],
    ['the whole text and its white space', 'one two\n', ['one two', '\nthree'], 'three'],
    ['the beginning only', 'one two', ['one ', 'three'], 'one three'],
    ['the beginning only, then the end', 'one two', ['one'], 'one'],
    ['something else', 'one two', ['three'], 'three'],
    ['twice', 'one', ['one', 'one'], 'one'],
  ])('an answer that begins with %s', (_name, text, pieces, expected) => {
    expect(filtered(text, pieces)).toBe(expected)
  })

  test('what is held back is never more than the text, and nothing after the decision', () => {
    const { filter } = continueFrom({ text: 'one two', how: 'trailing' })
    expect(filter.push('one t')).toBe('')
    expect(filter.push('x')).toBe('one tx')
    expect(filter.push('one two')).toBe('one two')
  })

  test('however cut, the answer joins the text', () => {
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
