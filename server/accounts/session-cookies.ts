import { createHash } from 'node:crypto'
import { AppError } from '../../protocol/errors.ts'
import { createHostCookie } from './host-cookie.ts'
import type { CookieConfig, CookieRequest } from './host-cookie.ts'
import { createKnownDevices } from './known-devices.ts'

/** The cookie name of earlier versions. It is still read, and then replaced by the installation's own name. */
const formerName = 'token'
/** Browsers shorten longer lifetimes to this (RFC 6265bis). */
const maxAgeSeconds = 400 * 86_400

export interface SessionCookies {
  /** The session token in a `Cookie` header. `former`: the cookie has the name that earlier versions used. */
  read(cookies: string): { token: string; former: boolean } | undefined
  /** The `Set-Cookie` lines that set a session token. `lifetimeMs` null: as long as browsers allow. */
  setToken(token: string, lifetimeMs: number | null, request: CookieRequest): string[]
  /** The `Set-Cookie` lines that delete the token under each name that the request sent. */
  clear(request: CookieRequest): string[]
  /** The `Set-Cookie` lines that record that this browser has signed in to this account. */
  markDevice(email: string, request: CookieRequest): string[]
  /** The name of the device if it has signed in to this account before, otherwise undefined. */
  knownDevice(email: string, cookies: string): string | undefined
}

export interface SessionCookiesOptions {
  config: CookieConfig
  secretKey: string
  /**
   * Part of the cookie names, because cookies are shared between the ports of a host and thus between installations.
   */
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
    lifetimeMs === null ? maxAgeSeconds : Math.min(maxAgeSeconds, Math.ceil(lifetimeMs / 1000))

  return {
    read(cookies) {
      const token = session.read(cookies)
      if (token !== undefined) return { token, former: false }
      const old = former.read(cookies)
      return old === undefined ? undefined : { token: old, former: true }
    },
    setToken: (token, lifetimeMs, request) => session.set(token, secondsOf(lifetimeMs), request),
    clear(request) {
      const { cookies = '' } = request
      // A cookie with the old name may belong to another installation on this host.
      const usesFormer = session.read(cookies) === undefined && former.read(cookies) !== undefined
      return [...session.clear(request), ...(usesFormer ? former.clear(request) : [])]
    },
    markDevice: (email, request) =>
      device.set(devices.addAccount(email, device.read(request.cookies ?? '')), maxAgeSeconds, request),
    knownDevice: (email, cookies) => devices.find(email, device.read(cookies)),
  }
}

/**
 * Throws `insecure_cookie` if cookies are for HTTPS only and the request came over plain HTTP. Call it before any work.
 */
export function checkCookieAllowed(config: CookieConfig, secureRequest: boolean): void {
  if (config.secure && !secureRequest) throw new AppError('insecure_cookie')
}
