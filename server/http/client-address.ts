/**
 * Determines a client's address behind any number of proxies, with the order of trust of nginx's `real_ip_recursive`.
 */
import type { IncomingHttpHeaders } from 'node:http'
import { BlockList, SocketAddress, isIP } from 'node:net'

/** The networks that are trusted as proxies if FORWARDED_ALLOW_IPS is not set: loopback and the private ranges. */
export const privateNetworks = [
  '127.0.0.0/8',
  '::1/128',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
] as const

export interface Client {
  /** In canonical form; `unknown` if the connection is already closed. */
  address: string
  /**
   * The hops that forwarded the request, nearest first, and that the operator has not listed as proxies: a client that
   * connects from a private network can claim any address. Includes a private peer that forwards nothing. Limits count
   * these hops in addition to the address.
   */
  unproven: readonly string[]
  /** The client used HTTPS, at least to the first proxy, or its page is in a context where `Secure` cookies work. */
  secure: boolean
  /**
   * The client certainly used HTTPS: seen by the TLS connection, a trusted proxy, the page's origin or WEBUI_URL's
   * host.
   */
  https: boolean
}

/** The parts of an `IncomingMessage` that are used here. */
export interface Hop {
  socket: { remoteAddress?: string | undefined }
  headers: IncomingHttpHeaders
}

/** Maximum number of forwarded addresses that are followed. The rest of a longer list is ignored. */
const maxHops = 8

/**
 * Returns the function that determines the client of a request: the right-most X-Forwarded-For entry that is not a
 * trusted proxy, or the left-most if all are. `trusted` null: nothing was configured, so private networks are
 * trusted and their claims are marked as unproven. `*` trusts every peer. Further hops then count as proxies only in
 * the private ranges, so that a client still cannot choose its address. Throws if an entry is not an address, a network
 * or `*`.
 */
export function createClientAddress(
  trusted: readonly string[] | null,
  publicUrl: string | null = null,
): (hop: Hop) => Client {
  const { isListed, isProxy, isTrustedPeer } = readTrust(trusted)
  const httpsHost = httpsHostOf(publicUrl)
  return ({ socket, headers }) => {
    const peer = canonical(socket.remoteAddress ?? '')
    const encrypted = 'encrypted' in socket && socket.encrypted === true
    // A closed connection has no peer address, so the claims in its headers cannot be trusted.
    if (peer === undefined) {
      return { address: 'unknown', unproven: [], secure: encrypted, https: encrypted }
    }
    const atHttpsHost = httpsHost !== undefined && headers.host?.toLowerCase() === httpsHost
    if (!isTrustedPeer(peer)) {
      return { address: peer, unproven: [], secure: encrypted, https: encrypted || atHttpsHost }
    }
    const hops = followHops(peer, listOf(headers['x-forwarded-for']), isProxy)
    const address = hops.at(-1) ?? peer
    const forwarders = hops.length === 1 || isProxy(address) ? hops : hops.slice(0, -1)
    // A listed proxy's report of the next hop is trusted. The first hop that is not listed, and all behind it, are
    // unproven.
    const firstUnlisted = forwarders.findIndex((forwarder) => !isListed(forwarder))
    return {
      address,
      unproven: firstUnlisted < 0 ? [] : forwarders.slice(firstUnlisted),
      secure: encrypted || cameSecurely(headers),
      https: encrypted || (reportedScheme(headers) ?? (atHttpsHost || cameFromSecurePage(headers))),
    }
  }
}

/** Returns the function that decides whether the X-Forwarded-* headers of a request come from a trusted proxy. */
export function createForwardingTrust(trusted: readonly string[] | null): (hop: Hop) => boolean {
  const { isTrustedPeer } = readTrust(trusted)
  return ({ socket }) => {
    const peer = canonical(socket.remoteAddress ?? '')
    return peer !== undefined && isTrustedPeer(peer)
  }
}

type AddressTest = (address: string) => boolean

function readTrust(trusted: readonly string[] | null): {
  /** The operator has listed the address. The default networks do not count. */
  isListed: AddressTest
  isProxy: AddressTest
  isTrustedPeer: AddressTest
} {
  const everyPeer = trusted?.includes('*') ?? false
  const listed = toBlockList((trusted ?? []).filter((entry) => entry !== '*'))
  const assumed = toBlockList(everyPeer || trusted === null ? privateNetworks : [])
  const isListed = memoize((address) => listed.check(address, familyOf(address)))
  const isProxy = memoize((address) => isListed(address) || assumed.check(address, familyOf(address)))
  return { isListed, isProxy, isTrustedPeer: (address) => everyPeer || isProxy(address) }
}

/**
 * Whether the client used HTTPS. If the proxy does not report the scheme, the browser's headers decide: the origin of
 * the page, or `Sec-Fetch-Site`, which browsers send only where Secure cookies work.
 */
function cameSecurely(headers: IncomingHttpHeaders): boolean {
  return reportedScheme(headers) ?? headers['sec-fetch-site'] !== undefined
}

/** Whether the proxy, or else the page's origin, reports HTTPS; undefined if neither reports a scheme. */
function reportedScheme(headers: IncomingHttpHeaders): boolean | undefined {
  const [reported] = listOf(headers['x-forwarded-proto'])
  if (reported !== undefined) return reported.toLowerCase() === 'https'
  const { origin } = headers
  return origin === undefined || origin === 'null' ? undefined : /^https:/i.test(origin)
}

/** Browsers send `Sec-Fetch-Site` only to HTTPS addresses and to their own machine. */
function cameFromSecurePage(headers: IncomingHttpHeaders): boolean {
  const isOwnMachine = /^([^:]*\.)?localhost(:|$)|^127\.|^\[::1\]/i.test(headers.host ?? '')
  return headers['sec-fetch-site'] !== undefined && !isOwnMachine
}

/** The expected `Host` header if the public URL is an HTTPS address. */
function httpsHostOf(publicUrl: string | null): string | undefined {
  const url = publicUrl === null ? null : URL.parse(publicUrl)
  return url?.protocol === 'https:' ? url.host.toLowerCase() : undefined
}

/** The hops from the peer to the client. An entry that is not an address ends the list at the hop that reported it. */
function followHops(peer: string, entries: string[], isProxy: (address: string) => boolean): string[] {
  const hops = [peer]
  for (const entry of entries.toReversed()) {
    const address = canonical(withoutPort(entry))
    if (address === undefined || hops.length > maxHops) return hops
    hops.push(address)
    if (!isProxy(address)) return hops
  }
  return hops
}

function listOf(header: string | string[] | undefined): string[] {
  if (header === undefined) return []
  return (typeof header === 'string' ? header : header.join(','))
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}

function withoutPort(entry: string): string {
  return (
    /^\[([^\]]+)\](?::\d{1,5})?$/.exec(entry)?.[1] ??
    /^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/.exec(entry)?.[1] ??
    entry
  )
}

/**
 * Maximum number of cached results. The cache is cleared beyond it, so that forged addresses cannot fill the memory.
 */
const maxMemoized = 1000
/** Longer texts are no addresses and are not cached. */
const maxAddressLength = 64

/**
 * Caches results, because each request checks its peer several times and most requests come from the same few
 * proxies.
 */
function memoize<T>(compute: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const result = compute(text)
    if (text.length > maxAddressLength) return result
    if (known.size >= maxMemoized) known.clear()
    known.set(text, result)
    return result
  }
}

/**
 * The canonical spelling of an address: without a zone, and IPv4 not mapped to IPv6. Undefined if it is not an address.
 */
const canonical = memoize((text): string | undefined => {
  const bare = text.split('%', 1)[0] ?? ''
  if (isIP(bare) === 4) return bare
  if (isIP(bare) === 0) return undefined
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' })
  const wrapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1]
  return wrapped ?? address
})

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4'
}

function toBlockList(entries: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of entries) {
    const [network = '', prefix, ...rest] = entry.trim().split('/')
    const maxBits = isIP(network) === 6 ? 128 : 32
    const bits = prefix === undefined ? maxBits : Number(/^\d{1,3}$/.test(prefix) ? prefix : Number.NaN)
    if (isIP(network) === 0 || rest.length > 0 || !(bits <= maxBits)) {
      throw new Error(
        `FORWARDED_ALLOW_IPS: "${entry}" is not an address, a network (such as 10.0.0.0/8) or *. List the addresses of your proxies, separated by commas.`,
      )
    }
    list.addSubnet(network, bits, familyOf(network))
  }
  return list
}
