import fc from 'fast-check'

/** A placeholder for the token of a signed-in user, so that a recorded input is valid in later runs. */
export const tokenPlace = '{{token}}'

/** Hostile text: control characters, unpaired surrogates, path tricks, and names with a meaning in JavaScript. */
export const text: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\ud800',
    '\udc00x',
    '\u2028',
    '../../etc/passwd',
    '//',
    '/\\',
    '%',
    '%00',
    '%zz',
    '%ff',
    '__proto__',
    'constructor',
    'toString',
    'shoal-demo',
    'user',
    'admin',
    'me',
    'null',
    '-1',
    '1e309',
    '9007199254740993',
    'a@example.com',
    'x'.repeat(300),
    'http://[',
    'http://127.0.0.1:1/v1',
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.uuid(),
)

export const json: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc.constantFrom<unknown>(null, true, false, 0, -1, 1, 1.5, 1e21, 2 ** 53, -0, [], {}),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(text, tie('value'), { maxKeys: 4 }),
  ),
})).value

/** An object with some of these fields and any values. */
export function objectWith(fields: string[]): fc.Arbitrary<Record<string, unknown>> {
  return fc.dictionary(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...fields) }, text), json, {
    maxKeys: Math.min(6, fields.length + 1),
  })
}

/** A JSON text that is sometimes broken in one place. */
export function jsonText(value: fc.Arbitrary<unknown>): fc.Arbitrary<string> {
  const whole = value.map((it) => JSON.stringify(it) ?? 'undefined')
  const broken = fc
    .tuple(whole, fc.nat(200), fc.constantFrom('', '\u0000', '{', '"', '\\', '\ud800', ',', '\n'))
    .map(([it, at, piece]) => it.slice(0, at) + piece + it.slice(at + 1))
  return fc.oneof({ weight: 5, arbitrary: whole }, { weight: 1, arbitrary: broken })
}
