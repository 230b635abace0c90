import { BlockList, isIP } from 'node:net'

/** As HTTP_PROXY, HTTPS_PROXY and NO_PROXY say. */
export interface ProxySettings {
  /** For providers at http:// and at https://; null: none. Always with a scheme, http or https. */
  readonly http: string | null
  readonly https: string | null
  /** Hosts that are asked directly, in the forms of NO_PROXY. */
  readonly direct: readonly string[]
}

export const noProxies: ProxySettings = { http: null, https: null, direct: [] }

/** The proxy through which this address is asked; null: none. */
export function proxyFor(url: URL, { http, https, direct }: ProxySettings): URL | null {
  const proxy = url.protocol === 'https:' ? https : http
  if (proxy === null || direct.some((entry) => covers(entry, url))) return null
  return new URL(proxy)
}

/**
 * Whether an entry of NO_PROXY means this address: `*`; a host, which includes the names below it, with or without a
 * leading dot or `*.`; an IP address; a network such as 10.0.0.0/8. Each may have a port behind it.
 */
function covers(entry: string, url: URL): boolean {
  if (entry === '*') return true
  const { host, port } = splitPort(entry.toLowerCase())
  const asked = bare(url.hostname.toLowerCase())
  if (port !== undefined && port !== (url.port || (url.protocol === 'https:' ? '443' : '80'))) return false
  if (host.includes('/')) return isInNetwork(asked, host)
  if (isIP(asked) !== 0) return isSameAddress(asked, host)
  const name = host.replace(/^\*?\./, '').replace(/\.$/, '')
  const askedName = asked.replace(/\.$/, '')
  return name !== '' && (askedName === name || askedName.endsWith(`.${name}`))
}

/** `[::1]:8080`, `host:8080`, `10.0.0.0/8`, `::1`. */
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
