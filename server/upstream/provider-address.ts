import { splitAddress, trimAddress } from '../base/index.ts'
import { UpstreamError } from './upstream-error.ts'

/**
 * The URL of a path below a connection's base address. A query of the base address, such as `?api-version=…`, is kept
 * after the path. Throws `upstream_refused` for an address that is not a valid http or https URL.
 */
export function providerUrl(baseUrl: string, path: string): URL {
  const base = splitAddress(trimAddress(baseUrl))
  const whole = `${base.path}${path}${base.rest}`
  if (/^https?:\/\/[^/]/i.test(base.path) && URL.canParse(whole)) {
    const url = new URL(whole)
    url.hash = ''
    return url
  }
  throw new UpstreamError('upstream_refused', {
    message: `The connection's address “${base.path.slice(0, 200)}” is not valid: it must start with http:// or https://.`,
    detail: { reason: 'address_invalid' },
  })
}

/** The header with the API key. Throws `upstream_key_refused` for a key that a header cannot contain. */
export function authorizationHeader(key: string | null): { authorization?: string } {
  const bare = key?.trim()
  if (!bare) return {}
  if (/^[\x21-\x7e]+$/.test(bare)) return { authorization: `Bearer ${bare}` }
  throw new UpstreamError('upstream_key_refused', {
    message: "The connection's API key contains a space or another invalid character. Enter the key again.",
    detail: { reason: 'key_invalid' },
  })
}
