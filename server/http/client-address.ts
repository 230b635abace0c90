/** Who is calling, behind any number of proxies. The order of trust is that of nginx's `real_ip_recursive`. */
import type { IncomingHttpHeaders } from 'node:http'
import { BlockList, SocketAddress, isIP } from 'node:net'

/** FORWARDED_ALLOW_IPS when it is not set: loopback and the private ranges. */
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
  /** In canonical form; `unknown` when the connection is gone already. */
  address: string
  /**
   * The hops that forwarded the request and that no operator has named: whoever connects from a private network can
   * claim any address. Nearest first; a private peer that forwards nothing is here too. Limits count them beside the
   * address.
   */
  unproven: readonly string[]
  /** It came over https, at least on its first stretch, or from a page where `Secure` cookies travel. */
  secure: boolean
  /** It came over https for certain: by TLS, a trusted proxy's word, the page's own, or the address that WEBUI_URL says. */
  https: boolean
}

/** What is looked at of an `IncomingMessage`. */
export interface Hop {
  socket: { remoteAddress?: string | undefined }
  headers: IncomingHttpHeaders
}

/** Proxies in a row that are looked at: a longer list of claims is cut where it gets here. */
const maxHops = 8

/**
 * Returns the function that names the client of a request: the right-most X-Forwarded-For entry that is not a trusted
 * proxy, or the left-most when all are. Null: nothing was configured, so private networks are trusted, and what they
 * claim is marked as unproven. `*` trusts whoever connects; further hops are then proxies only in the private ranges, so
 * that a client still cannot name itself. Throws when an entry is no address, network or `*`.
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
    // A connection that is gone has no address any more: what its headers claim must not be believed then.
    if (peer === undefined) {
      return { address: 'unknown', unproven: [], secure: encrypted, https: encrypted }
    }
    const atHttpsHost = httpsHost !== undefined && headers.host?.toLowerCase() === httpsHost
    if (!isTrustedPeer(peer)) {
      return { address: peer, unproven: [], secure: encrypted, https: encrypted || atHttpsHost }
    }
    const hops = walk(peer, listOf(headers['x-forwarded-for']), isProxy)
    const address = hops.at(-1) ?? peer
    const forwarders = hops.length === 1 || isProxy(address) ? hops : hops.slice(0, -1)
    // A listed proxy vouches for what it says of the next hop, until the first one that nobody listed.
    const doubtful = forwarders.findIndex((forwarder) => !isListed(forwarder))
    return {
      address,
      unproven: doubtful < 0 ? [] : forwarders.slice(doubtful),
      secure: encrypted || cameSecurely(headers),
      https: encrypted || (toldScheme(headers) ?? (atHttpsHost || cameFromSecurePage(headers))),
    }
  }
}

/** Returns the function that tells whether X-Forwarded-* headers on this connection come from a trusted proxy. */
export function createForwardingTrust(trusted: readonly string[] | null): (hop: Hop) => boolean {
  const { isTrustedPeer } = readTrust(trusted)
  return ({ socket }) => {
    const peer = canonical(socket.remoteAddress ?? '')
    return peer !== undefined && isTrustedPeer(peer)
  }
}

type AddressTest = (address: string) => boolean

function readTrust(trusted: readonly string[] | null): {
  /** Named by the operator, not only by the default. */
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
 * A proxy that does not say the scheme leaves what the browser says: the origin of its page, or `Sec-Fetch-Site`, which
 * it sends only where a Secure cookie travels.
 */
function cameSecurely(headers: IncomingHttpHeaders): boolean {
  return toldScheme(headers) ?? headers['sec-fetch-site'] !== undefined
}

/** Whether the proxy, or else the page, says that it was https; undefined: neither says. */
function toldScheme(headers: IncomingHttpHeaders): boolean | undefined {
  const [told] = listOf(headers['x-forwarded-proto'])
  if (told !== undefined) return told.toLowerCase() === 'https'
  const { origin } = headers
  return origin === undefined || origin === 'null' ? undefined : /^https:/i.test(origin)
}

/** A browser sends `Sec-Fetch-Site` to https only, and to names of its own machine. */
function cameFromSecurePage(headers: IncomingHttpHeaders): boolean {
  const isOwnMachine = /^([^:]*\.)?localhost(:|$)|^127\.|^\[::1\]/i.test(headers.host ?? '')
  return headers['sec-fetch-site'] !== undefined && !isOwnMachine
}

/** The `Host` of requests to an https address. */
function httpsHostOf(publicUrl: string | null): string | undefined {
  const url = publicUrl === null ? null : URL.parse(publicUrl)
  return url?.protocol === 'https:' ? url.host.toLowerCase() : undefined
}

/** From the peer outwards to the client; an entry that is no address ends the walk at the hop that reported it. */
function walk(peer: string, entries: string[], isProxy: (address: string) => boolean): string[] {
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

/** The results that are kept; beyond them all are forgotten, so that invented addresses take no memory. */
const maxMemoized = 1000

/** Every request asks about its peer several times, and most requests come from the same few proxies. */
function memoize<T>(compute: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const result = compute(text)
    if (known.size >= maxMemoized) known.clear()
    if (text.length <= 64) known.set(text, result)
    return result
  }
}

/** Returns one spelling per address: no zone, IPv4 without its IPv6 wrapping; undefined if `text` is no address. */
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
    const most = isIP(network) === 6 ? 128 : 32
    const bits = prefix === undefined ? most : Number(/^\d{1,3}$/.test(prefix) ? prefix : Number.NaN)
    if (isIP(network) === 0 || rest.length > 0 || !(bits <= most)) {
      throw new Error(
        `FORWARDED_ALLOW_IPS: "${entry}" is no address, network (like 10.0.0.0/8) or *. List the addresses of your proxies, separated by commas.`,
      )
    }
    list.addSubnet(network, bits, familyOf(network))
  }
  return list
}
