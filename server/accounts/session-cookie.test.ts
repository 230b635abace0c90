import { expect, test } from 'vitest'
import { clearedCookie, cookieFor } from './session-cookie.ts'

const lax = { sameSite: 'lax', secure: false } as const

test.each([
  [lax, 3_600_000, 'token=t; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax'],
  [lax, 1500, 'token=t; Path=/; Max-Age=2; HttpOnly; SameSite=Lax'],
  [lax, null, 'token=t; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax'],
  [lax, 1000 * 86_400_000, 'token=t; Path=/; Max-Age=34560000; HttpOnly; SameSite=Lax'],
  [
    { sameSite: 'strict', secure: true } as const,
    1000,
    'token=t; Path=/; Max-Age=1; HttpOnly; SameSite=Strict; Secure',
  ],
  [
    { sameSite: 'none', secure: true } as const,
    1000,
    'token=t; Path=/; Max-Age=1; HttpOnly; SameSite=None; Secure',
  ],
])('%o, %s ms', (config, lifetimeMs, expected) => {
  expect(cookieFor('t', { config, secureRequest: true, lifetimeMs })).toBe(expected)
})

test('a cookie for HTTPS only is refused over plain HTTP, naming the variable', () => {
  const config = { sameSite: 'lax', secure: true } as const
  expect(() => cookieFor('t', { config, secureRequest: false, lifetimeMs: 1 })).toThrow(
    /WEBUI_SESSION_COOKIE_SECURE/,
  )
})

test('clearing keeps the attributes, so that the browser finds the same cookie', () => {
  expect(clearedCookie({ sameSite: 'strict', secure: true })).toBe(
    'token=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure',
  )
})
