import type { IncomingHttpHeaders } from 'node:http'

export type OriginCheck = (headers: IncomingHttpHeaders) => boolean

/**
 * Returns the function that says whether a request may act for the person whose cookie it carries: it comes from our
 * own page, from an allowed origin, or from no browser at all. `Sec-Fetch-Site` is the browser's own word, which no
 * page can forge, and survives proxies that rewrite Host (the order of tests is that of Go's `CrossOriginProtection`).
 * `*` allows nobody here: cookies are not for everybody.
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

/** `https://chat.example.com:443/path` → `https://chat.example.com`; undefined when it is no http address. */
export function originOf(address: string): string | undefined {
  return parsed(address)?.origin
}

function parsed(address: string): URL | undefined {
  const url = URL.parse(address)
  return url && /^https?:$/.test(url.protocol) ? url : undefined
}

/** By name and port; a port that the origin's scheme implies may be left out on either side. */
function sameHost(origin: URL, header: string | string[] | undefined): boolean {
  const host = (typeof header === 'string' ? header : (header?.[0] ?? '')).split(',')[0]?.trim()
  return !!host && URL.parse(`${origin.protocol}//${host}`)?.host === origin.host
}
