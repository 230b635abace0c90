import { isIP } from 'node:net'
import { trimAddress } from '../base/index.ts'
import type { Kind, Parsed } from './variable.ts'

/** Any text, without white space around it. */
export const text: Kind<string> = { type: 'text', parse: (value) => ({ value }) }

/** Any text; the value is null if the variable is not set. */
export const optionalText: Kind<string | null> = { type: 'text', parse: (value) => ({ value }) }

const yes = new Set(['true', '1', 'yes', 'on'])
const no = new Set(['false', '0', 'no', 'off'])

export const boolean: Kind<boolean> = {
  type: 'boolean',
  parse(value) {
    const lower = value.toLowerCase()
    if (yes.has(lower)) return { value: true }
    if (no.has(lower)) return { value: false }
    return { problem: `"${value}" is neither true nor false`, cure: 'write true or false' }
  },
}

/** A whole number from `min` to `max`. */
export function integer(min: number, max: number): Kind<number> {
  return {
    type: 'integer',
    parse(value) {
      const number = Number(value)
      if (!/^[+-]?\d+(\.0+)?$/.test(value) || number < min || number > max) {
        return {
          problem: `"${value}" is not a whole number from ${min} to ${max}`,
          cure: `write a number from ${min} to ${max}, without a unit`,
        }
      }
      return { value: number }
    },
  }
}

/** A number of seconds from `min` to `max`; the value is in milliseconds. */
export function seconds(min: number, max: number): Kind<number> {
  return {
    type: 'number',
    parse(value) {
      const number = Number(value)
      if (!/^\d+(\.\d+)?$/.test(value) || number < min || number > max) {
        return {
          problem: `"${value}" is not a number of seconds from ${min} to ${max}`,
          cure: `write a number from ${min} to ${max}, without a unit`,
        }
      }
      return { value: Math.round(number * 1000) }
    },
  }
}

/** The given kind, except that the value is null if the variable is not set. */
export function optional<T>(kind: Kind<T>): Kind<T | null> {
  return kind
}

export function choice<const T extends string>(...names: T[]): Kind<T> {
  return {
    type: names.join(' | '),
    parse(value) {
      const found = names.find((name) => name === value.toLowerCase())
      return found === undefined
        ? { problem: `"${value}" is not one of ${names.join(', ')}`, cure: `write ${orList(names)}` }
        : { value: found }
    },
  }
}

function orList(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
}

/** Trimmed items between separators. Empty items are kept, because lists are paired by index. */
export function list(separator: ',' | ';'): Kind<string[]> {
  return {
    type: `list, by "${separator}"`,
    parse: (value) => ({ value: value.split(separator).map((part) => part.trim()) }),
  }
}

const unitMs: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** `4w`, `7d`, `24h`, `1d12h`, or a number of seconds; `-1` for never (null). The value is in milliseconds. */
export const lifetime: Kind<number | null> = {
  type: 'duration',
  parse(value) {
    if (value === '-1') return { value: null }
    if (value === '0') return { value: null, warning: '0 means never, like -1; write -1 to be clear' }
    const parts = [...value.matchAll(/(?<!\d)(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g)]
    const whole = parts.map((part) => part[0]).join('') === value && parts.length > 0
    const ms = /^\d+$/.test(value)
      ? Number(value) * 1000
      : parts.reduce((sum, part) => sum + Number(part[1]) * (unitMs[part[2] ?? ''] ?? 0), 0)
    if ((!whole && !/^\d+$/.test(value)) || ms < 1000 || ms > 100 * 365 * 86_400_000) {
      return {
        problem: `"${value}" is not a duration from 1s to 100 years`,
        cure: 'write 4w, 7d, 24h, a number of seconds, or -1 for never',
      }
    }
    if (ms >= 60_000) return { value: ms }
    return {
      value: ms,
      warning: `users are signed out after only ${ms / 1000} s; set a longer time, such as 4w, if this is not intended`,
    }
  },
}

/** An http or https address without a trailing slash. */
export const httpUrl: Kind<string | null> = { type: 'URL', parse: parseHttpUrl }

export function parseHttpUrl(value: string): Parsed<string> {
  const url = URL.canParse(value) ? new URL(value) : undefined
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) {
    return { value: trimAddress(value) }
  }
  return {
    problem: `"${withoutPassword(value)}" is not an http or https address`,
    cure: 'write it with its scheme, such as http://host:port/path',
  }
}

/** Scheme, host and port of an address. A path is removed with a warning. */
export const originUrl: Kind<string | null> = {
  type: 'URL',
  parse(value) {
    const parsed = parseHttpUrl(value)
    if ('problem' in parsed) return parsed
    const { origin, pathname } = new URL(parsed.value)
    if (pathname === '/') return { value: origin }
    return {
      value: origin,
      warning: `only ${origin} is used; if Shoal is served below a path, set WEBUI_BASE_PATH to the path`,
    }
  },
}

/** First path segments that Shoal's own routes use; a base path that begins with one would be ambiguous. */
const reservedPaths = new Set(['api', 'assets', 'health', 'metrics', 'ready', 'v1', 'ws'])

/** A path such as `/chat`: begins with a slash and ends without one; empty for the root of the host. */
export const pathPrefix: Kind<string> = {
  type: 'path',
  parse(value) {
    const parts = value.split('/').filter((part) => part !== '')
    const wrong = parts.find((part) => !/^[\w.~-]+$/.test(part) || /^\.+$/.test(part))
    if (wrong !== undefined) {
      return {
        problem: `"${value}" is not a path of letters, digits and . _ ~ -`,
        cure: 'write a path such as /chat, without a scheme and a host',
      }
    }
    if (reservedPaths.has(parts[0] ?? '')) {
      return {
        problem: `Shoal uses paths below "/${parts[0]}" itself`,
        cure: 'choose another path, such as /chat',
      }
    }
    return { value: parts.map((part) => `/${part}`).join('') }
  },
}

/** `*` or a list of origins. */
export const origins: Kind<string[]> = {
  type: 'list of origins, by ";"',
  parse(value) {
    const found: string[] = []
    for (const part of value.split(';').map((item) => item.trim())) {
      if (part === '') continue
      const origin = URL.canParse(part) ? new URL(part).origin : 'null'
      if (part !== '*' && origin === 'null') {
        return {
          problem: `"${part}" is not an origin`,
          cure: 'write * or origins such as https://chat.example.com, separated by ;',
        }
      }
      found.push(part === '*' ? '*' : origin)
    }
    return { value: found }
  },
}

/** `*`, IP addresses, and networks such as 10.0.0.0/8. */
export const networks: Kind<string[]> = {
  type: 'list of addresses and networks, by ","',
  parse(value) {
    const parts = value
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean)
    const wrong = parts.find((part) => part !== '*' && !isNetwork(part))
    if (wrong === undefined) return { value: parts }
    return {
      problem: `"${wrong}" is neither an IP address nor a network`,
      cure: 'write addresses such as 10.0.0.5, networks such as 10.0.0.0/8, or * for every proxy',
    }
  },
}

function isNetwork(part: string): boolean {
  const [address = '', bits, ...rest] = part.split('/')
  const version = isIP(address)
  if (version === 0 || rest.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
}

/** A URL with `***` in place of its password, even if the URL cannot be parsed. May mask more than the password. */
export function withoutPassword(url: string): string {
  return url
    .replace(/^([a-z0-9+.-]+:\/\/)?(.*)@/is, (_, scheme: string | undefined, user: string) => {
      const name = user.split(':')[0] ?? ''
      return user.includes(':') ? `${scheme ?? ''}${name}:***@` : `${scheme ?? ''}***@`
    })
    .replace(/([?&])([^?=&]*)=[^&]*/g, (whole, sign: string, name: string) =>
      /password|secret|token/i.test(name) ? `${sign}${name}=***` : whole,
    )
}
