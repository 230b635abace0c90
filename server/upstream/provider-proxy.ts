import { BlockList, isIP } from 'node:net'

/** The values of HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
export interface ProxySettings {
  /** The proxy for providers at http://, with the scheme http or https; null without a proxy. */
  readonly http: string | null
  /** The proxy for providers at https://, with the scheme http or https; null without a proxy. */
  readonly https: string | null
  /** Hosts that are requested without a proxy, in the syntax of NO_PROXY. */
  readonly direct: readonly string[]
}

export const noProxies: ProxySettings = { http: null, https: null, direct: [] }

/** The proxy for requests to this address; null for a direct request. */
export function proxyFor(url: URL, { http, https, direct }: ProxySettings): URL | null {
  const proxy = url.protocol === 'https:' ? https : http
  if (proxy === null || direct.some((entry) => matchesEntry(entry, url))) return null
  return new URL(proxy)
}

/**
 * Whether an entry of NO_PROXY matches this address. An entry is `*`, a host name, an IP address, or a network such as
 * 10.0.0.0/8. A host name includes its subdomains, with or without a leading dot or `*.`. Each entry may have a port.
 */
function matchesEntry(entry: string, url: URL): boolean {
  if (entry === '*') return true
  const { host, port } = splitPort(entry.toLowerCase())
  const hostname = bare(url.hostname.toLowerCase())
  if (port !== undefined && port !== (url.port || (url.protocol === 'https:' ? '443' : '80'))) return false
  if (host.includes('/')) return isInNetwork(hostname, host)
  if (isIP(hostname) !== 0) return isSameAddress(hostname, host)
  const name = host.replace(/^\*?\./, '').replace(/\.$/, '')
  const requestedName = hostname.replace(/\.$/, '')
  return name !== '' && (requestedName === name || requestedName.endsWith(`.${name}`))
}

/** Accepts `[::1]:8080`, `host:8080`, `10.0.0.0/8` and `::1`. */
function splitPort(entry: string): { host: string; port?: string | undefined } {
  const inBrackets = /^\[([^\]]*)\](?::(\d{1,5}))?$/.exec(entry)
  if (inBrackets) return { host: inBrackets[1] ?? '', port: inBrackets[2] }
  const [host = '', port, ...rest] = entry.split(':')
  // More than one colon is an IPv6 address without a port.
  return port !== undefined && rest.length === 0 && /^\d{1,5}$/.test(port) ? { host, port } : { host: entry }
}

const bare = (host: string): string => host.replace(/^\[|\]$/g, '')
const family = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

function isInNetwork(address: string, network: string): boolean {
  const [base = '', bits] = network.split('/')
  if (isIP(address) === 0 || isIP(base) === 0) return false
  const list = new BlockList()
  list.addSubnet(base, Number(bits), family(base))
  return list.check(address, family(address))
}

function isSameAddress(some: string, other: string): boolean {
  if (isIP(other) === 0) return false
  const list = new BlockList()
  list.addAddress(other, family(other))
  return list.check(some, family(some))
}
