import { boolean, integer, optionalText } from './kinds.ts'
import type { Kind } from './variable.ts'
import { variable } from './variable.ts'

/** Milliseconds; below 100 the number is taken as seconds, since newer guides write it so. */
const connectTimeout: Kind<number> = {
  type: 'integer',
  parse(value) {
    const number = Number(value)
    if (!/^\d+(\.\d+)?$/.test(value) || number <= 0 || number > 600_000) {
      return {
        problem: `"${value}" is not a number of milliseconds from 100 to 600000`,
        cure: 'write milliseconds, such as 5000',
      }
    }
    if (number >= 100) return { value: Math.round(number) }
    const ms = Math.round(number * 1000)
    return { value: ms, warning: `${value} is taken as seconds; write ${ms} (milliseconds) to be clear` }
  },
}

/** Text that can stand before every key. Braces would make a hash tag of it and put all keys on one node. */
const keyPrefix: Kind<string> = {
  type: 'text',
  parse(value) {
    if (/^[A-Za-z0-9_.:-]{1,100}$/.test(value)) return { value: value.replace(/(?<!:):+$/, '') }
    return {
      problem: `"${value}" cannot begin a key`,
      cure: 'write up to 100 letters, digits and _ . : -; hash tags are set by Shoal itself',
    }
  },
}

const absent = { kind: optionalText, fallback: null }

export const redisVariables = {
  url: variable('REDIS_URL', {
    ...absent,
    oldNames: ['WEBSOCKET_REDIS_URL'],
    secret: 'password',
    meaning:
      '`redis://` or `rediss://`; several nodes with commas for a Cluster; `redis://<name of the master>` with Sentinel. Unset: this instance is alone, or its instances meet through PostgreSQL only.',
  }),
  cluster: variable('REDIS_CLUSTER', {
    kind: boolean,
    fallback: false,
    oldNames: ['WEBSOCKET_REDIS_CLUSTER'],
    meaning:
      'Whether REDIS_URL names nodes of a Redis Cluster. A server that says so itself is used as one anyway, with a warning.',
  }),
  sentinelHosts: variable('REDIS_SENTINEL_HOSTS', {
    ...absent,
    oldNames: ['WEBSOCKET_SENTINEL_HOSTS'],
    meaning: 'Sentinels, `host` or `host:port`, with commas. Turns Sentinel on.',
  }),
  sentinelPort: variable('REDIS_SENTINEL_PORT', {
    kind: integer(1, 65_535),
    fallback: 26_379,
    oldNames: ['WEBSOCKET_SENTINEL_PORT'],
    meaning: 'Port of the sentinels whose entry has none.',
  }),
  sentinelUsername: variable('REDIS_SENTINEL_USERNAME', {
    ...absent,
    meaning: 'User of the sentinels, where they ask for one.',
  }),
  sentinelPassword: variable('REDIS_SENTINEL_PASSWORD', {
    ...absent,
    secret: 'all',
    meaning:
      'Password of the sentinels themselves. Unset: the password in REDIS_URL is tried, which is that of the master.',
  }),
  maxRetryCount: variable('REDIS_SENTINEL_MAX_RETRY_COUNT', {
    kind: integer(1, 100),
    fallback: 2,
    unit: 'tries',
    meaning:
      'How often one command that may be repeated is tried in all. Connecting again never ends, whatever stands here.',
  }),
  keyPrefix: variable('REDIS_KEY_PREFIX', {
    kind: keyPrefix,
    fallback: 'open-webui',
    meaning: 'First part of every key and channel. Two installations on one Redis need two of them.',
  }),
  connectTimeoutMs: variable('REDIS_SOCKET_CONNECT_TIMEOUT', {
    kind: connectTimeout,
    fallback: 1500,
    unit: 'milliseconds',
    meaning:
      'Longest time for one connection to be made; under 100 it is taken as seconds. Commands have deadlines of their own.',
  }),
  reconnectDelayMs: variable('REDIS_RECONNECT_DELAY', {
    kind: integer(1, 60_000),
    fallback: 50,
    unit: 'milliseconds',
    meaning:
      'First pause before connecting again; later ones grow to a second, or stay at this if it is more.',
  }),
  tlsCaFile: variable('REDIS_TLS_CA_FILE', {
    ...absent,
    meaning:
      'File with the certificate authority of a `rediss://` server that no public one has signed (PEM).',
  }),
  tlsCertFile: variable('REDIS_TLS_CERT_FILE', {
    ...absent,
    meaning: 'File with the certificate that this instance shows to Redis (PEM), with REDIS_TLS_KEY_FILE.',
  }),
  tlsKeyFile: variable('REDIS_TLS_KEY_FILE', {
    ...absent,
    meaning: 'File with the key of REDIS_TLS_CERT_FILE (PEM).',
  }),
  tlsCheck: variable('REDIS_TLS_REJECT_UNAUTHORIZED', {
    kind: boolean,
    fallback: true,
    meaning: 'Whether the certificate of a `rediss://` server is checked. False only for trying things out.',
  }),
}
