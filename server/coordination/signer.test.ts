import { expect, test } from 'vitest'
import { createSigner, signatureLength } from './signer.ts'

test('S15: a signature is valid only for its secret, purpose and text', () => {
  const signer = createSigner('secret')
  const signature = signer.sign('bus', 'text')
  expect(signature).toMatch(/^[\w-]{22}$/)
  expect(signature).toHaveLength(signatureLength)
  expect(signer.verify('bus', 'text', signature)).toBe(true)
  expect(createSigner('secret').verify('bus', 'text', signature)).toBe(true)
  expect(createSigner('other').verify('bus', 'text', signature)).toBe(false)
  expect(signer.verify('log', 'text', signature)).toBe(false)
  expect(signer.verify('bus', 'text.', signature)).toBe(false)
  for (const forged of [
    '',
    'a',
    signature.slice(1),
    `${signature}A`,
    '!'.repeat(22),
    'A'.repeat(22),
    'é'.repeat(22),
  ])
    expect(signer.verify('bus', 'text', forged)).toBe(false)
})
