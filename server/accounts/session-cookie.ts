import { AppError } from '../../protocol/errors.ts'
import type { CookieConfig } from './context.ts'

export const sessionCookieName = 'token'

/** Browsers cut longer lives to this (RFC 6265bis). */
const longestSeconds = 400 * 86_400

export interface CookieFor {
  config: CookieConfig
  /** The request came over https. */
  secureRequest: boolean
  /** How long the browser keeps it, ms; null: as long as it can. */
  lifetimeMs: number | null
}

/** The `Set-Cookie` line that carries a session's token. Refuses with `insecure_cookie` what a browser would drop. */
export function cookieFor(token: string, { config, secureRequest, lifetimeMs }: CookieFor): string {
  checkCookieTravels(config, secureRequest)
  const seconds =
    lifetimeMs === null ? longestSeconds : Math.min(longestSeconds, Math.ceil(lifetimeMs / 1000))
  return line(token, seconds, config)
}

/** The `Set-Cookie` line that takes the token away. */
export function clearedCookie(config: CookieConfig): string {
  return line('', 0, config)
}

/** Throws `insecure_cookie` where the cookie is for HTTPS only and the request came without. Ask before doing work. */
export function checkCookieTravels(config: CookieConfig, secureRequest: boolean): void {
  if (config.secure && !secureRequest) throw new AppError('insecure_cookie')
}

function line(value: string, maxAge: number, { sameSite, secure }: CookieConfig): string {
  const site = `${sameSite[0]?.toUpperCase() ?? ''}${sameSite.slice(1)}`
  return `${sessionCookieName}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=${site}${secure ? '; Secure' : ''}`
}
