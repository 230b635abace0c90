import { describe, expect, test } from 'vitest'
import type { CookieConfig } from './host-cookie.ts'
import { checkCookieAllowed, createSessionCookies } from './session-cookies.ts'

const secretKey = 'a secret of the tests, long enough'
const lax = { sameSite: 'lax', secure: false } as const
const make = (config: CookieConfig = lax, installationId = 'one') =>
  createSessionCookies({ config, secretKey, installationId })
const nameOf = (line: string): string => line.split('=')[0] ?? ''
/** The `Cookie` header that a browser sends after it received these `Set-Cookie` lines. */
function browser(lines: string[], before = ''): string {
  const jar = new Map(before.split('; ').map((pair) => [nameOf(pair), pair]))
  for (const line of lines) {
    const pair = line.split('; ')[0] ?? ''
    if (line.includes('Max-Age=0;')) jar.delete(nameOf(pair))
    else jar.set(nameOf(pair), pair)
  }
  return [...jar.values()].filter(Boolean).join('; ')
}

test.each([
  [lax, 3_600_000, 'Max-Age=3600; HttpOnly; SameSite=Lax'],
  [lax, 1500, 'Max-Age=2; HttpOnly; SameSite=Lax'],
  [lax, null, 'Max-Age=34560000; HttpOnly; SameSite=Lax'],
  [lax, 1000 * 86_400_000, 'Max-Age=34560000; HttpOnly; SameSite=Lax'],
  [{ sameSite: 'strict', secure: true } as const, 1000, 'Max-Age=1; HttpOnly; SameSite=Strict; Secure'],
  [{ sameSite: 'none', secure: true } as const, 1000, 'Max-Age=1; HttpOnly; SameSite=None; Secure'],
])('%o, %s ms', (config, lifetimeMs, expected) => {
  const [line = ''] = make(config).setToken('t', lifetimeMs, { https: false })
  expect(line.replace(/^[^;]+=t; Path=\/; /, '')).toBe(expected)
})

test('a cookie for HTTPS only is rejected over plain HTTP, and the error names the variable', () => {
  const config = { sameSite: 'lax', secure: true } as const
  expect(() => checkCookieAllowed(config, false)).toThrow(/WEBUI_SESSION_COOKIE_SECURE/)
})

describe('S17: if the request came over HTTPS', () => {
  test('S17: the cookies are Secure and bound to the host', () => {
    const cookies = make()
    const request = { https: true }
    const lines = [...cookies.setToken('t', 1000, request), ...cookies.markDevice('ann@example.com', request)]
    expect(lines).toHaveLength(2)
    for (const line of lines) {
      expect(line).toMatch(/^__Host-shoal_[^;]+; Path=\/; .*; Secure$/)
      expect(line).not.toMatch(/domain/i)
    }
    expect(cookies.read(browser(lines))).toEqual({ token: 't', former: false })
  })

  test('S17: a cookie that was set over plain HTTP is deleted', () => {
    const cookies = make()
    const plain = browser(cookies.setToken('plain', 1000, { https: false }))
    expect(plain).toMatch(/^shoal_/)
    const lines = cookies.setToken('secure', 1000, { https: true, cookies: plain })
    expect(browser(lines, plain)).toMatch(/^__Host-shoal_\w+=secure$/)
    // The cookie for HTTPS takes precedence over one for plain HTTP.
    expect(cookies.read(`${plain}; ${browser(lines)}`)?.token).toBe('secure')
  })

  test('`clear` deletes the token under each name that was sent', () => {
    const cookies = make()
    for (const https of [true, false]) {
      const sent = browser(cookies.setToken('t', 1000, { https }))
      expect(cookies.read(browser(cookies.clear({ https, cookies: sent }), sent))).toBeUndefined()
      expect(cookies.read(browser(cookies.clear({ https, cookies: 'token=t' }), 'token=t'))).toBeUndefined()
    }
  })
})

describe('B9: two installations on one host', () => {
  test('B9: each reads its own cookie', () => {
    const [one, two] = [make(lax, 'one'), make(lax, 'two')]
    const jar = browser(
      two.setToken('of two', 1000, { https: false }),
      browser(one.setToken('of one', 1000, { https: false })),
    )
    expect(one.read(jar)?.token).toBe('of one')
    expect(two.read(jar)?.token).toBe('of two')
    const left = browser(one.clear({ https: false, cookies: jar }), jar)
    expect(one.read(left)).toBeUndefined()
    expect(two.read(left)?.token).toBe('of two')
  })

  test('B9: the cookie of earlier versions is read if there is no other', () => {
    const cookies = make()
    expect(cookies.read('a=b; token=old')).toEqual({ token: 'old', former: true })
    const jar = browser(cookies.setToken('new', 1000, { https: false }), 'token=old')
    expect(cookies.read(jar)).toEqual({ token: 'new', former: false })
    // The old cookie stays, because it may belong to another installation.
    expect(browser(cookies.clear({ https: false, cookies: jar }), jar)).toBe('token=old')
  })

  test.each(['', ';', 'token', 'token=', '=token', 'xtoken=a', 'a; =;token=;'])(
    'no cookie in %j',
    (header) => {
      expect(make().read(header)).toBeUndefined()
    },
  )
})

describe('S6: a device that signed in to an account', () => {
  const request = { https: false }

  test('S6: is known for that account, on that installation, until the secret changes', () => {
    const jar = browser(make().markDevice('Ann@example.com', request))
    const device = make().knownDevice('ann@example.com', jar)
    expect(device).toMatch(/^[\w-]{16}$/)
    expect(make().knownDevice('bob@example.com', jar)).toBeUndefined()
    expect(make(lax, 'two').knownDevice('ann@example.com', jar)).toBeUndefined()
    const other = createSessionCookies({ config: lax, secretKey: `${secretKey}!`, installationId: 'one' })
    expect(other.knownDevice('ann@example.com', jar)).toBeUndefined()
  })

  test('S6: remembers the last five accounts under one name', () => {
    const cookies = make()
    let jar = ''
    for (let n = 0; n < 7; n++) {
      jar = browser(cookies.markDevice(`u${n}@example.com`, { https: false, cookies: jar }), jar)
    }
    const known = [0, 1, 2, 3, 4, 5, 6].map((n) => cookies.knownDevice(`u${n}@example.com`, jar))
    expect(known.map((device) => device !== undefined)).toEqual([false, false, true, true, true, true, true])
    expect(new Set(known.slice(2)).size).toBe(1)
  })

  test('S6: cannot be forged', () => {
    const name = nameOf(make().markDevice('ann@example.com', request)[0]!)
    for (const value of ['', '.', 'device.proof', `${'a'.repeat(16)}.${'b'.repeat(22)}`, 'x'.repeat(5000)]) {
      expect(make().knownDevice('ann@example.com', `${name}=${value}`)).toBeUndefined()
      const marked = make().markDevice('ann@example.com', { https: false, cookies: `${name}=${value}` })
      expect(make().knownDevice('ann@example.com', browser(marked))).toMatch(/^[\w-]{16}$/)
    }
  })
})

test('B11: below a path the cookies are for that path only', () => {
  const cookies = make({ ...lax, path: '/chat' })
  for (const [https, name] of [
    [false, /^shoal_/],
    [true, /^__Secure-shoal_/],
  ] as const) {
    const request = { https }
    const lines = [...cookies.setToken('t', 1000, request), ...cookies.markDevice('ann@example.com', request)]
    for (const line of lines) {
      expect(line).toMatch(name)
      expect(line).toContain('; Path=/chat; ')
    }
    const jar = browser(lines)
    expect(cookies.read(jar)).toEqual({ token: 't', former: false })
    expect(cookies.knownDevice('ann@example.com', jar)).toBeDefined()
    for (const line of cookies.clear({ https, cookies: jar }))
      expect(line).toContain('; Path=/chat; Max-Age=0;')
  }
})
