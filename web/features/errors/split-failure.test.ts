import { describe, expect, test } from 'vitest'
import { upstreamErrors } from '../../../protocol/upstream-errors.ts'
import { splitFailure, withDetail } from './split-failure.ts'

const code = 'upstream_rate_limited'
const english = upstreamErrors[code].message
const german = 'Der Modellanbieter bittet um langsameres Anfragen.'
const ofCode = { ofCode: german, ofReason: undefined }

describe('a failure with its parts apart', () => {
  const unavailable = 'The model provider is unavailable (status 503). Try again in a moment.'
  const detail = { reason: 'bad_status', status: 503, quote: 'Loading. It says: wait.' }
  const failure = {
    code: 'upstream_unreachable',
    message: `${unavailable} It says: ${detail.quote}`,
    detail,
  }

  test('the sentence of the reason is shown alone', () => {
    expect(splitFailure(failure, { ofCode: german, ofReason: 'Nicht verfügbar.' })).toEqual({
      sentence: 'Nicht verfügbar.',
      more: null,
      quoted: detail.quote,
    })
  })

  test('a reason that only a newer server knows is added in the server’s words', () => {
    expect(splitFailure(failure, ofCode)).toEqual({
      sentence: german,
      more: unavailable,
      quoted: detail.quote,
    })
  })

  test('without a reason the sentence of the code says everything', () => {
    const plain = { code, message: `${english} It says: Slow down.`, detail: { quote: 'Slow down.' } }
    expect(splitFailure(plain, ofCode)).toEqual({ sentence: german, more: null, quoted: 'Slow down.' })
  })
})

describe('a failure that an older server sent or stored', () => {
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
    expect(splitFailure({ code, message }, ofCode)).toEqual({ sentence: german, ...parts })
  })

  test('its status is read from the text, so that it is not said twice that the provider is away', () => {
    const stored = {
      code: 'upstream_unreachable',
      message:
        'The model provider is unavailable (status 503). Try again in a moment. It says: loading model',
    }
    expect(withDetail(stored).detail).toEqual({ reason: 'bad_status', status: 503, quote: 'loading model' })
    expect(withDetail({ code, message: english }).detail).toBeUndefined()
  })
})

test('a code that only a newer server knows is shown with the server’s sentence', () => {
  const failure = { code: 'toString', message: 'What it says.' }
  expect(splitFailure(failure, { ofCode: undefined, ofReason: undefined }).sentence).toBe('What it says.')
  expect(splitFailure(failure, ofCode)).toMatchObject({ more: 'What it says.' })
})

test('a long message of a provider is cut', () => {
  const message = `${english} It says: ${'x'.repeat(2000)}`
  expect(splitFailure({ code, message }, ofCode).quoted).toHaveLength(500)
})
