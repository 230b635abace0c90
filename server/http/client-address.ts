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
  /** It came over https, at least on its first stretch. */
  secure: boolean
}

/** What is looked at of an `IncomingMessage`. */
export interface Hop {
  socket: { remoteAddress?: string | undefined }
  headers: IncomingHttpHeaders
}

/**
 * Returns the function that names the client of a request: the right-most X-Forwarded-For entry that is not a trusted
 * proxy, or the left-most when all are. `*` trusts whoever connects; further hops are then proxies only in the private
 * ranges, so that a client still cannot name itself. Throws when an entry is no address, network or `*`.
 */
export function createClientAddress(trusted: readonly string[]): (hop: Hop) => Client {
  const everyPeer = trusted.includes('*')
  const listed = trusted.filter((entry) => entry !== '*')
  const proxies = toBlockList(everyPeer ? [...listed, ...privateNetworks] : listed)
  const isProxy = (address: string): boolean => proxies.check(address, familyOf(address))

  return ({ socket, headers }) => {
    const peer = canonical(socket.remoteAddress ?? '')
    const encrypted = 'encrypted' in socket && socket.encrypted === true
    // A connection that is gone has no address any more: what its headers claim must not be believed then.
    if (peer === undefined) return { address: 'unknown', secure: encrypted }
    if (!everyPeer && !isProxy(peer)) return { address: peer, secure: encrypted }
    return {
      address: furthest(peer, listOf(headers['x-forwarded-for']), isProxy),
      secure: encrypted || cameSecurely(headers),
    }
  }
}

/**
 * A proxy that does not say the scheme leaves what the browser says: the origin of its page, or `Sec-Fetch-Site`, which
 * it sends only where a Secure cookie travels.
 */
function cameSecurely(headers: IncomingHttpHeaders): boolean {
  const [told] = listOf(headers['x-forwarded-proto'])
  if (told !== undefined) return told.toLowerCase() === 'https'
  const { origin } = headers
  if (origin !== undefined && origin !== 'null') return /^https:/i.test(origin)
  return headers['sec-fetch-site'] !== undefined
}

/** Walks from the nearest hop outwards; an entry that is no address ends the walk at the hop that reported it. */
function furthest(peer: string, entries: string[], isProxy: (address: string) => boolean): string {
  let nearest = peer
  for (const entry of entries.toReversed()) {
    const address = canonical(withoutPort(entry))
    if (address === undefined) return nearest
    nearest = address
    if (!isProxy(address)) return address
  }
  return nearest
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

/** One spelling per address: no zone, IPv4 out of its IPv6 wrapping. Undefined: no address. */
function canonical(text: string): string | undefined {
  const bare = text.replace(/%.*$/, '')
  if (isIP(bare) === 4) return bare
  if (isIP(bare) === 0) return undefined
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' })
  const wrapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1]
  return wrapped ?? address
}

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
