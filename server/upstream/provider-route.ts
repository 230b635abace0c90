import type { OutgoingHttpHeaders, RequestOptions } from 'node:http'
import { egressRefused, isRefusedAddress } from './egress-guard.ts'
import type { ProviderWay } from './provider-agents.ts'
import { proxyFor } from './provider-proxy.ts'
import type { ProxySettings } from './provider-proxy.ts'

/** What a connection may reach, and through what. */
export interface ProviderNetwork {
  proxies: ProxySettings
  guarded: boolean
}

export interface ProviderRoute {
  way: ProviderWay
  /** A proxy is on the way: what goes wrong may be its fault. */
  proxied: boolean
  /** Where the request goes, and what a proxy has to know. */
  request: Omit<RequestOptions, 'headers'> & { headers?: OutgoingHttpHeaders }
}

/**
 * How an address is reached: directly; through a tunnel, where it is https; or by asking a proxy for the whole address,
 * where it is http. Throws `upstream_refused` for a guarded connection to a refused address; names are looked at when
 * they are resolved.
 */
export function routeTo(url: URL, { proxies, guarded }: ProviderNetwork): ProviderRoute {
  if (guarded && isRefusedAddress(url.hostname)) throw egressRefused()
  const secure = url.protocol === 'https:'
  const proxy = proxyFor(url, proxies)
  if (proxy === null) return { way: { secure, guarded, tunnel: null }, proxied: false, request: partsOf(url) }
  if (secure) {
    return { way: { secure, guarded, tunnel: proxy.href }, proxied: true, request: partsOf(url) }
  }
  const { auth: login, ...place } = partsOf(proxy)
  const { auth, path } = partsOf(url)
  return {
    way: { secure: proxy.protocol === 'https:', guarded: false, tunnel: null },
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
    // A percent sign that encodes nothing stands for itself.
    return part
  }
}
