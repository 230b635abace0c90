import { createHash } from 'node:crypto'
import { AppError } from '../../protocol/errors.ts'
import { createHostCookie } from './host-cookie.ts'
import type { CookieConfig, CookieRequest } from './host-cookie.ts'
import { createKnownDevices } from './known-devices.ts'

/** Of earlier versions: still read, and replaced by the installation's own. */
const formerName = 'token'
/** Browsers cut longer lives to this (RFC 6265bis). */
const longestSeconds = 400 * 86_400

export interface SessionCookies {
  /** The session's token in a `Cookie` header. `former`: under the name of earlier versions. */
  read(cookies: string): { token: string; former: boolean } | undefined
  /** The `Set-Cookie` lines that carry a session's token. `lifetimeMs`: null: as long as the browser can. */
  carry(token: string, lifetimeMs: number | null, request: CookieRequest): string[]
  /** The lines that take the token away, under each name that was sent. */
  clear(request: CookieRequest): string[]
  /** The lines that mark a browser as one that has signed in to this account. */
  markDevice(email: string, request: CookieRequest): string[]
  /** Names the browser, where it has signed in to this account before. */
  knownDevice(email: string, cookies: string): string | undefined
}

export interface SessionCookiesOptions {
  config: CookieConfig
  secretKey: string
  /** Two installations on one host share its cookies, whatever their ports: each has names of its own. */
  installationId: string
}

export function createSessionCookies(options: SessionCookiesOptions): SessionCookies {
  const { config, secretKey } = options
  const tag = createHash('sha256').update(options.installationId).digest('hex').slice(0, 10)
  const session = createHostCookie(`shoal_${tag}`, config)
  const devices = createKnownDevices(secretKey)
  const device = createHostCookie(`shoal_device_${tag}`, config)
  const former = createHostCookie(formerName, { ...config, path: '/' })
  const secondsOf = (lifetimeMs: number | null): number =>
    lifetimeMs === null ? longestSeconds : Math.min(longestSeconds, Math.ceil(lifetimeMs / 1000))

  return {
    read(cookies) {
      const token = session.read(cookies)
      if (token !== undefined) return { token, former: false }
      const old = former.read(cookies)
      return old === undefined ? undefined : { token: old, former: true }
    },
    carry: (token, lifetimeMs, request) => session.set(token, secondsOf(lifetimeMs), request),
    clear(request) {
      const { cookies = '' } = request
      // Under the former name another installation on this host may have its own.
      const usesFormer = session.read(cookies) === undefined && former.read(cookies) !== undefined
      return [...session.clear(request), ...(usesFormer ? former.clear(request) : [])]
    },
    markDevice: (email, request) =>
      device.set(devices.mark(email, device.read(request.cookies ?? '')), longestSeconds, request),
    knownDevice: (email, cookies) => devices.find(email, device.read(cookies)),
  }
}

/** Throws `insecure_cookie` where the cookie is for HTTPS only and the request came without. Ask before doing work. */
export function checkCookieTravels(config: CookieConfig, secureRequest: boolean): void {
  if (config.secure && !secureRequest) throw new AppError('insecure_cookie')
}
