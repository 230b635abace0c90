import type { OutgoingHttpHeaders, RequestOptions } from 'node:http'
import { egressRefusedError, isRefusedAddress } from './egress-guard.ts'
import type { AgentKey } from './provider-agents.ts'
import { proxyFor } from './provider-proxy.ts'
import type { ProxySettings } from './provider-proxy.ts'

/** The network rules of a connection. */
export interface ProviderNetwork {
  proxies: ProxySettings
  /** Whether link-local and metadata addresses are refused. */
  guarded: boolean
}

export interface ProviderRoute {
  agentKey: AgentKey
  /** Whether a proxy is used, so that errors may come from it. */
  proxied: boolean
  /** Options for Node's request: the host to connect to, and the headers for a proxy. */
  request: Omit<RequestOptions, 'headers'> & { headers?: OutgoingHttpHeaders }
}

/**
 * Decides how an address is reached: directly, through a tunnel of the proxy (https), or with a request to the proxy
 * that names the whole address (http). Throws `upstream_refused` for a guarded connection to a refused IP address; host
 * names are checked when they are resolved.
 */
export function chooseRoute(url: URL, { proxies, guarded }: ProviderNetwork): ProviderRoute {
  if (guarded && isRefusedAddress(url.hostname)) throw egressRefusedError()
  const secure = url.protocol === 'https:'
  const proxy = proxyFor(url, proxies)
  if (proxy === null)
    return { agentKey: { secure, guarded, tunnel: null }, proxied: false, request: partsOf(url) }
  if (secure) {
    return { agentKey: { secure, guarded, tunnel: proxy.href }, proxied: true, request: partsOf(url) }
  }
  const { auth: login, ...place } = partsOf(proxy)
  const { auth, path } = partsOf(url)
  return {
    agentKey: { secure: proxy.protocol === 'https:', guarded: false, tunnel: null },
    proxied: true,
    request: {
      ...place,
      path: `${url.origin}${path}`,
      ...(auth ? { auth } : {}),
      headers: {
        host: url.host,
        ...(login ? { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` } : {}),
      },
    },
  }
}

function partsOf(url: URL): Omit<RequestOptions, 'headers'> & { path: string } {
  const { protocol, hostname, port, pathname, search, username, password } = url
  return {
    protocol,
    hostname: hostname.replace(/^\[|\]$/g, ''),
    ...(port === '' ? {} : { port }),
    path: `${pathname}${search}`,
    ...(username === '' && password === '' ? {} : { auth: `${decoded(username)}:${decoded(password)}` }),
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    // A percent sign that is not part of an encoding is kept.
    return part
  }
}
