import type { IncomingHttpHeaders } from 'node:http'

export type OriginCheck = (headers: IncomingHttpHeaders) => boolean

/**
 * Returns the function that decides whether the cookie of a request may be used: the request comes from our own page,
 * from an allowed origin or from a client that is not a browser. `Sec-Fetch-Site` is set by the browser, cannot be
 * forged by a page and is not changed by proxies that rewrite Host (the checks have the order of Go's
 * `CrossOriginProtection`). `*` allows no origin here, because not every site may use the cookie.
 */
export function createOriginCheck(allowedOrigins: readonly string[]): OriginCheck {
  const allowed = new Set(allowedOrigins.flatMap((entry) => originOf(entry) ?? []))
  return (headers) => {
    const { origin } = headers
    const site = headers['sec-fetch-site']
    if (site === 'same-origin') return true
    if (origin === undefined) return site === undefined || site === 'none'
    const url = parsed(origin)
    if (!url) return false
    if (allowed.has(url.origin)) return true
    return [headers.host, headers['x-forwarded-host']].some((host) => sameHost(url, host))
  }
}

/**
 * `https://chat.example.com:443/path` → `https://chat.example.com`; undefined if it is not an HTTP or HTTPS address.
 */
export function originOf(address: string): string | undefined {
  return parsed(address)?.origin
}

function parsed(address: string): URL | undefined {
  const url = URL.parse(address)
  return url && /^https?:$/.test(url.protocol) ? url : undefined
}

/** Compares name and port. The default port of the origin's scheme may be missing on either side. */
function sameHost(origin: URL, header: string | string[] | undefined): boolean {
  const host = (typeof header === 'string' ? header : (header?.[0] ?? '')).split(',')[0]?.trim()
  return !!host && URL.parse(`${origin.protocol}//${host}`)?.host === origin.host
}
