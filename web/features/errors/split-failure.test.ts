import { expect, test } from 'vitest'
import { upstreamErrors } from '../../../protocol/upstream-errors.ts'
import { splitFailure } from './split-failure.ts'

const code = 'upstream_rate_limited'
const english = upstreamErrors[code].message
const german = 'Der Modellanbieter bittet um langsameres Anfragen.'

test.each([
  ['the general sentence', english, { more: null, quoted: null }],
  ['its words behind it', `${english} It says: Slow down.`, { more: null, quoted: 'Slow down.' }],
  [
    'another sentence and words',
    'The quota is used up. It says: You. It says: more.',
    { more: 'The quota is used up.', quoted: 'You. It says: more.' },
  ],
])('%s: the reader’s sentence stands, the English one is not repeated', (_, message, parts) => {
  expect(splitFailure(code, message, german)).toEqual({ sentence: german, ...parts })
})

test('a sentence that begins like the general one and tells more stands in its place', () => {
  const message = 'The model provider cannot be reached: connection refused.'
  const sentence = upstreamErrors.upstream_unreachable.message
  expect(splitFailure('upstream_unreachable', message, sentence)).toEqual({
    sentence: message,
    more: null,
    quoted: null,
  })
})

test('a code of a newer server is told by its own sentence', () => {
  expect(splitFailure('toString', 'What it says.', undefined).sentence).toBe('What it says.')
  expect(splitFailure('toString', 'What it says.', german)).toMatchObject({ more: 'What it says.' })
})

test('what a provider says at length is cut', () => {
  expect(splitFailure(code, `${english} It says: ${'x'.repeat(2000)}`, german).quoted).toHaveLength(500)
})
