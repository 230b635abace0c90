import { createHmac, hkdfSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { createSessionTokens } from './session-token.ts'

const secret = 'a secret of the tests, long enough'
const clock = { now: () => 1_800_000_000_000, monotonic: () => 0 }
const tokens = createSessionTokens(secret, clock)
const claims = { sid: 's', uid: 'u', epoch: 'e', expiresAt: clock.now() + 60_000 }
const key = Buffer.from(hkdfSync('sha256', secret, '', 'shoal session token 1', 32))
/** A token with any content, signed with the right key; by default with the header of earlier versions. */
function sign(payload: object, head: object = { alg: 'HS256', typ: 'JWT' }, hash = 'sha256'): string {
  const signed = [head, payload]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${signed}.${createHmac(hash, key).update(signed).digest('base64url')}`
}

test('a signed token is read back', () => {
  expect(tokens.read(tokens.sign(claims))).toEqual(claims)
  expect(tokens.read(tokens.sign({ ...claims, expiresAt: null }))).toEqual({ ...claims, expiresAt: null })
})

test('a token expires at its time, by the given clock', () => {
  expect(tokens.read(tokens.sign({ ...claims, expiresAt: clock.now() }))).toBeUndefined()
  expect(tokens.read(tokens.sign({ ...claims, expiresAt: clock.now() + 1 }))).toBeDefined()
})

test('the right key is not enough: the algorithm and the claims must be ours', () => {
  const { sid, uid, epoch } = claims
  expect(tokens.read(sign({ sid, uid, epoch }))).toBeDefined()
  expect(tokens.read(sign({ sid, uid, epoch }, { typ: 'JWT', alg: 'HS256' }))).toBeDefined()
  expect(tokens.read(sign({ sid, uid, epoch }, { alg: 'HS512', typ: 'JWT' }, 'sha512'))).toBeUndefined()
  expect(tokens.read(sign({ sid, uid, epoch }, { alg: 'none' }))).toBeUndefined()
  for (const wrong of [
    { sid, uid },
    { sid, uid, epoch, secret: 1 },
    { sid, uid, epoch, exp: '9' },
    { sid, uid, epoch: 1 },
    { sid: null, uid, epoch },
    {},
  ]) {
    expect(tokens.read(sign(wrong))).toBeUndefined()
  }
})

test('a token that is too long is rejected', () => {
  expect(tokens.read(tokens.sign({ ...claims, epoch: 'e'.repeat(1000) }))).toBeDefined()
  expect(tokens.read(tokens.sign({ ...claims, epoch: 'e'.repeat(2000) }))).toBeUndefined()
})

test.each([
  '',
  '.',
  '..',
  'a.b.c',
  '....',
  `${tokens.sign(claims)}.`,
  tokens.sign(claims).slice(0, -2),
  'e30.e30.',
])('a malformed token is rejected: %s', (token) => {
  expect(tokens.read(token)).toBeUndefined()
})

test('a token that was signed with another secret is rejected', () => {
  expect(createSessionTokens(`${secret}.`, clock).read(tokens.sign(claims))).toBeUndefined()
})
