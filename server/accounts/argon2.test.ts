import { expect, test } from 'vitest'
import { hashPassword, verifyPassword } from './argon2.ts'

// Created by @node-rs/argon2 2.2.1, which earlier versions of Shoal used.
const stored: [password: string, hashed: string][] = [
  [
    'a password',
    '$argon2id$v=19$m=19456,t=2,p=1$rKxBmotZ+/fPjSLI4Ql8WQ$fDg75EgJAx3fiGv7htDuR5djqEclzZCTyNe6biaAQA0',
  ],
  ['Grüße 😀', '$argon2id$v=19$m=8192,t=3,p=2$NGY6zeAAcKTjdBLCKqSQbw$0QuSJ63hswCkUGciQa9u6A'],
  ['', '$argon2i$v=19$m=256,t=1,p=1$TFqwIMe1wNBn2XKwRE9TNA$vMPDSpkTQOshlz/C+Q7CkcX7Hut4r8nrmskfnJmthf8'],
]

test.each(stored)(
  'O1: a hash that an earlier version created stays valid for %j',
  async (password, hashed) => {
    expect(await verifyPassword(hashed, password)).toBe(true)
    expect(await verifyPassword(hashed, `${password}.`)).toBe(false)
  },
)

test('a hash is argon2id with the cost that OWASP recommends first, and a new salt', async () => {
  const hashed = await hashPassword('a password')
  expect(hashed).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  expect(await hashPassword('a password')).not.toBe(hashed)
  expect(await verifyPassword(hashed, 'a password')).toBe(true)
  expect(await verifyPassword(hashed, 'b password')).toBe(false)
})

test.each([
  '',
  'not a hash',
  '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy',
  '$argon2id$v=16$m=19456,t=2,p=1$rKxBmotZ+/fPjSLI4Ql8WQ$fDg75EgJAx3fiGv7htDuR5djqEclzZCTyNe6biaAQA0',
  '$argon2id$v=19$m=9999999,t=2,p=1$rKxBmotZ+/fPjSLI4Ql8WQ$fDg75EgJAx3fiGv7htDuR5djqEclzZCTyNe6biaAQA0',
  '$argon2id$v=19$m=19456,t=99,p=1$rKxBmotZ+/fPjSLI4Ql8WQ$fDg75EgJAx3fiGv7htDuR5djqEclzZCTyNe6biaAQA0',
])('rejects a stored text that is not a usable hash: %j', async (hashed) => {
  await expect(verifyPassword(hashed, 'a password')).rejects.toThrow('not an argon2 hash')
})
