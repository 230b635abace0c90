import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { AppError } from '../../protocol/errors.ts'
import { randomToken } from '../base/index.ts'
import type { CookieConfig } from './context.ts'

/** Of earlier versions: still read, and replaced by the installation's own. */
const formerName = 'token'
/** Browsers cut longer lives to this (RFC 6265bis). */
const longestSeconds = 400 * 86_400
/** Accounts of one browser that are remembered as known there. */
const maxKnownAccounts = 5

/** Where a cookie goes. */
export interface CookieRequest {
  /** It came over https for certain: the cookie is `Secure`, and its name says so (`__Host-`). */
  https: boolean
  /** The `Cookie` header that it sent. */
  cookies?: string | undefined
}

export interface SessionCookies {
  /** The session's token in a `Cookie` header. `former`: under the name of earlier versions. */
  read(cookies: string): { token: string; former: boolean } | undefined
  /** The `Set-Cookie` lines that carry a session's token. `lifetimeMs`: null: as long as the browser can. */
  carry(token: string, lifetimeMs: number | null, request: CookieRequest): string[]
  /** The lines that take the token away, under each name that was sent. */
  clear(request: CookieRequest): string[]
  /** The line that marks a browser as one that has signed in to this account. */
  markDevice(email: string, request: CookieRequest): string
  /** Names the browser, where it has signed in to this account before. */
  knownDevice(email: string, cookies: string): string | undefined
}

export interface SessionCookiesOptions {
  config: CookieConfig
  secretKey: string
  /** Two installations on one host share its cookies, whatever their ports: each has names of its own. */
  installationId: string
}

export function createSessionCookies({
  config,
  secretKey,
  installationId,
}: SessionCookiesOptions): SessionCookies {
  const tag = createHash('sha256').update(installationId).digest('hex').slice(0, 10)
  const sessionName = `shoal_${tag}`
  const deviceName = `shoal_device_${tag}`
  const hostOnly = (name: string): string => `__Host-${name}`

  function line(
    name: string,
    value: string,
    { maxAge, secure }: { maxAge: number; secure: boolean },
  ): string {
    const site = `${config.sameSite[0]?.toUpperCase() ?? ''}${config.sameSite.slice(1)}`
    return `${name}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=${site}${secure ? '; Secure' : ''}`
  }

  const isSecure = ({ https }: CookieRequest): boolean => https || config.secure
  const set = (name: string, value: string, maxAge: number, request: CookieRequest): string => {
    const secure = isSecure(request)
    return line(secure ? hostOnly(name) : name, value, { maxAge, secure })
  }
  const cleared = (name: string, request: CookieRequest): string =>
    line(name, '', { maxAge: 0, secure: name.startsWith('__Host-') || isSecure(request) })
  const sent = (names: string[], { cookies = '' }: CookieRequest): string[] =>
    names.filter((name) => cookieNamed(name, cookies) !== undefined)

  const proof = (device: string, email: string): string =>
    createHmac('sha256', secretKey)
      .update(`shoal known device\0${device}\0${email.toLowerCase()}`)
      .digest('base64url')
      .slice(0, 22)
  const devicesIn = (cookies: string): string =>
    cookieNamed(hostOnly(deviceName), cookies) ?? cookieNamed(deviceName, cookies) ?? ''

  return {
    read(cookies) {
      const token = cookieNamed(hostOnly(sessionName), cookies) ?? cookieNamed(sessionName, cookies)
      if (token !== undefined) return { token, former: false }
      const former = cookieNamed(formerName, cookies)
      return former === undefined ? undefined : { token: former, former: true }
    },
    carry(token, lifetimeMs, request) {
      const seconds =
        lifetimeMs === null ? longestSeconds : Math.min(longestSeconds, Math.ceil(lifetimeMs / 1000))
      // One that was set over plain HTTP would live on beside it.
      const stale = isSecure(request) ? sent([sessionName], request) : []
      return [set(sessionName, token, seconds, request), ...stale.map((name) => cleared(name, request))]
    },
    clear(request) {
      const names = new Set(sent([hostOnly(sessionName), sessionName], request))
      // Under the former name another installation on this host may have its own.
      if (names.size === 0) sent([formerName], request).forEach((name) => names.add(name))
      names.add(isSecure(request) ? hostOnly(sessionName) : sessionName)
      return [...names].map((name) => cleared(name, request))
    },
    markDevice(email, request) {
      const [former = '', ...proofs] = devicesIn(request.cookies ?? '').split('.')
      // A name of another form was not made here.
      const device = /^[\w-]{16}$/.test(former) ? former : randomToken(12)
      const mine = proof(device, email)
      const others = device === former ? proofs.filter((it) => it !== mine) : []
      const value = [device, mine, ...others.slice(0, maxKnownAccounts - 1)].join('.')
      return set(deviceName, value, longestSeconds, request)
    },
    knownDevice(email, cookies) {
      const [device = '', ...proofs] = devicesIn(cookies).split('.')
      const expected = Buffer.from(proof(device, email))
      const known = proofs.slice(0, maxKnownAccounts).some((it) => {
        const given = Buffer.from(it)
        return given.length === expected.length && timingSafeEqual(given, expected)
      })
      return known ? device : undefined
    },
  }
}

/** Throws `insecure_cookie` where the cookie is for HTTPS only and the request came without. Ask before doing work. */
export function checkCookieTravels(config: CookieConfig, secureRequest: boolean): void {
  if (config.secure && !secureRequest) throw new AppError('insecure_cookie')
}

/** Our values have no character that a cookie would have to escape. */
function cookieNamed(name: string, cookies: string): string | undefined {
  for (const part of cookies.split(';')) {
    const at = part.indexOf('=')
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim() || undefined
  }
  return undefined
}
