import { hkdfSync } from 'node:crypto'
import { createSigner } from 'fast-jwt'
import { expect, test } from 'vitest'
import { createSessionTokens } from './session-token.ts'

const secret = 'a secret of the tests, long enough'
const clock = { now: () => 1_800_000_000_000, monotonic: () => 0 }
const tokens = createSessionTokens(secret, clock)
const claims = { sid: 's', uid: 'u', epoch: 'e', expiresAt: clock.now() + 60_000 }
const key = Buffer.from(hkdfSync('sha256', secret, '', 'shoal session token 1', 32))
const sign = (payload: object, algorithm: 'HS256' | 'HS512' = 'HS256'): string =>
  createSigner<object>({ key, algorithm })(payload)

test('what was signed is read back', () => {
  expect(tokens.read(tokens.sign(claims))).toEqual(claims)
  expect(tokens.read(tokens.sign({ ...claims, expiresAt: null }))).toEqual({ ...claims, expiresAt: null })
})

test('it ends at its second, by the clock that was given', () => {
  expect(tokens.read(tokens.sign({ ...claims, expiresAt: clock.now() }))).toBeUndefined()
  expect(tokens.read(tokens.sign({ ...claims, expiresAt: clock.now() + 1 }))).toBeDefined()
})

test('the right key is not enough: the algorithm and the claims must be ours', () => {
  const { sid, uid, epoch } = claims
  expect(tokens.read(sign({ sid, uid, epoch }))).toBeDefined()
  expect(tokens.read(sign({ sid, uid, epoch }, 'HS512'))).toBeUndefined()
  for (const wrong of [{ sid, uid }, { sid, uid, epoch: 1 }, { sid: null, uid, epoch }, {}]) {
    expect(tokens.read(sign(wrong))).toBeUndefined()
  }
})

test('a token longer than any of ours is not even looked at', () => {
  expect(tokens.read(tokens.sign({ ...claims, epoch: 'e'.repeat(1000) }))).toBeDefined()
  expect(tokens.read(tokens.sign({ ...claims, epoch: 'e'.repeat(2000) }))).toBeUndefined()
})

test('another secret signs other tokens', () => {
  expect(createSessionTokens(`${secret}.`, clock).read(tokens.sign(claims))).toBeUndefined()
})
