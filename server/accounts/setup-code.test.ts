import { expect, test } from 'vitest'
import { createSetupCode } from './setup-code.ts'

const one = { secretKey: 'a secret of the tests, long enough', installationId: 'one' }

test('S23: the setup code is the same on every instance and different for each installation', () => {
  const { text } = createSetupCode(one)
  expect(text).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/)
  expect(createSetupCode({ ...one }).text).toBe(text)
  expect(createSetupCode({ ...one, installationId: 'two' }).text).not.toBe(text)
  expect(createSetupCode({ ...one, secretKey: 'another secret of the tests' }).text).not.toBe(text)
})

test('S23: the setup code may be typed in lower case, without dashes, and with letters that look like digits', () => {
  for (let n = 0; n < 50; n++) {
    const code = createSetupCode({ ...one, installationId: String(n) })
    for (const typed of [
      code.text,
      code.text.toLowerCase(),
      ` ${code.text.replaceAll('-', '')} `,
      code.text.replaceAll('0', 'o').replaceAll('1', 'l'),
    ]) {
      expect(code.matches(typed), typed).toBe(true)
    }
  }
})

test.each(['', '-', '0000-0000-0000', 'x'.repeat(10_000), '\u0000'])('S23: %s does not match', (typed) => {
  expect(createSetupCode(one).matches(typed)).toBe(false)
})
