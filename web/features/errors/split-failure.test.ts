import { expect, test } from 'vitest'
import { upstreamErrors } from '../../../protocol/upstream-errors.ts'
import { splitFailure } from './split-failure.ts'

const code = 'upstream_rate_limited'
const english = upstreamErrors[code].message
const german = 'Der Modellanbieter bittet um langsameres Anfragen.'

test.each([
  ['the general sentence', english, { more: null, quoted: null }],
  [
    'the general sentence and the provider’s message',
    `${english} It says: Slow down.`,
    { more: null, quoted: 'Slow down.' },
  ],
  [
    'a specific sentence and the provider’s message',
    'The quota is used up. It says: You. It says: more.',
    { more: 'The quota is used up.', quoted: 'You. It says: more.' },
  ],
])('%s: the translated sentence is shown, and the English one is not repeated', (_, message, parts) => {
  expect(splitFailure(code, message, german)).toEqual({ sentence: german, ...parts })
})

test('a sentence that starts like the general one and says more replaces it', () => {
  const message = 'The model provider cannot be reached: connection refused.'
  const sentence = upstreamErrors.upstream_unreachable.message
  expect(splitFailure('upstream_unreachable', message, sentence)).toEqual({
    sentence: message,
    more: null,
    quoted: null,
  })
})

test('a code that only a newer server knows is shown with the server’s sentence', () => {
  expect(splitFailure('toString', 'What it says.', undefined).sentence).toBe('What it says.')
  expect(splitFailure('toString', 'What it says.', german)).toMatchObject({ more: 'What it says.' })
})

test('a long message of a provider is cut', () => {
  expect(splitFailure(code, `${english} It says: ${'x'.repeat(2000)}`, german).quoted).toHaveLength(500)
})
