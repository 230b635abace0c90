import { isIP } from 'node:net'
import { withoutPassword } from './kinds.ts'
import type { Kind } from './variable.ts'
import { variable } from './variable.ts'

/** The address of a proxy. An address without a scheme counts as http, as in other programs. */
const proxyUrl: Kind<string | null> = {
  type: 'URL',
  parse(value) {
    const whole = value.includes('://') ? value : `http://${value}`
    const url = URL.canParse(whole) ? new URL(whole) : undefined
    if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return { value: url.href }
    return {
      problem: `"${withoutPassword(value)}" is not the address of an HTTP proxy`,
      cure: 'write it as http://host:port or http://user:password@host:port; other kinds of proxies are not supported',
    }
  },
}

/** Hosts and networks, separated by commas or white space. */
const hosts: Kind<string[]> = {
  type: 'list, by ","',
  parse(value) {
    const entries = value.split(/[\s,]+/).filter(Boolean)
    const wrong = entries.find((entry) => entry.includes('/') && !isNetwork(entry))
    if (wrong === undefined) return { value: entries }
    return {
      problem: `"${wrong}" is neither a host nor a network`,
      cure: 'write hosts such as .example.com or db:8080, addresses, networks such as 10.0.0.0/8, or *',
    }
  },
}

function isNetwork(entry: string): boolean {
  const [base = '', bits = ''] = entry.split('/')
  const version = isIP(base)
  return version !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128)
}

export const proxyVariables = {
  httpsProxy: variable('HTTPS_PROXY', {
    kind: proxyUrl,
    fallback: null,
    spellings: ['https_proxy'],
    secret: 'password',
    meaning:
      'HTTP proxy for requests to providers with https:// addresses, such as `http://proxy.example.com:3128`. Shoal opens a tunnel (CONNECT) through it.',
  }),
  httpProxy: variable('HTTP_PROXY', {
    kind: proxyUrl,
    fallback: null,
    spellings: ['http_proxy'],
    secret: 'password',
    meaning: 'HTTP proxy for requests to providers with http:// addresses.',
  }),
  noProxy: variable('NO_PROXY', {
    kind: hosts,
    fallback: [],
    spellings: ['no_proxy'],
    meaning:
      'Hosts of providers that Shoal reaches without a proxy: host names (which include their subdomains), IP addresses, and networks such as `10.0.0.0/8`; each may have a port. `*` stands for all hosts.',
  }),
}
