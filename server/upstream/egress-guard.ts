import { lookup as resolve } from 'node:dns'
import type { LookupAddress } from 'node:dns'
import { BlockList, isIP } from 'node:net'
import type { LookupFunction } from 'node:net'
import { embeddedIpv4 } from './embedded-ipv4.ts'
import { UpstreamError } from './upstream-error.ts'

/** Link-local networks, and the metadata addresses at which clouds serve a machine's credentials. */
const refused = new BlockList()
refused.addSubnet('169.254.0.0', 16, 'ipv4')
refused.addAddress('100.100.100.200', 'ipv4')
refused.addAddress('168.63.129.16', 'ipv4')
refused.addAddress('192.0.0.192', 'ipv4')
refused.addSubnet('fe80::', 10, 'ipv6')
refused.addAddress('fd00:ec2::254', 'ipv6')
refused.addAddress('fd20:ce::254', 'ipv6')

/**
 * Whether administrators may not connect to this address, in any notation: an administrator of Shoal is not necessarily
 * trusted with the machine's credentials. Private addresses and this machine are allowed, since models run there.
 */
export function isRefusedAddress(text: string): boolean {
  const address = text.replace(/^\[|\]$/g, '').split('%', 1)[0] ?? ''
  const version = isIP(address)
  if (version === 0) return false
  if (version === 4) return refused.check(address, 'ipv4')
  const inside = embeddedIpv4(address)
  return refused.check(address, 'ipv6') || (inside !== undefined && refused.check(inside, 'ipv4'))
}

export function egressRefusedError(): UpstreamError {
  return new UpstreamError('upstream_refused', {
    message:
      'The address of this connection is a link-local or metadata address, which connections made on the page may not use. Enter another address, or ask the operator to set this one in OPENAI_API_BASE_URLS or OLLAMA_BASE_URLS.',
    detail: { reason: 'address_not_allowed' },
  })
}

/**
 * Resolves a host name as Node does, but drops the refused addresses; fails with `upstream_refused` when none is left.
 * The socket uses this lookup to connect, so a name cannot pass the check and then resolve to another address.
 */
export const guardedLookup: LookupFunction = (hostname, options, done) => {
  resolve(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
    if (error) return done(error, '')
    const [first, ...rest] = found.filter(({ address }) => !isRefusedAddress(address))
    if (!first) return done(egressRefusedError(), '')
    if (options.all) done(null, [first, ...rest])
    else done(null, first.address, first.family)
  })
}
