import { boolean, integer, optionalText } from './kinds.ts'
import type { Kind } from './variable.ts'
import { variable } from './variable.ts'

/** A number of milliseconds. A number below 100 counts as seconds, because newer guides of Open WebUI use seconds. */
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

/** The prefix of every key. It must not contain braces: they form a hash tag, which would put all keys on one node. */
const keyPrefix: Kind<string> = {
  type: 'text',
  parse(value) {
    if (/^[A-Za-z0-9_.:-]{1,100}$/.test(value)) return { value: value.replace(/(?<!:):+$/, '') }
    return {
      problem: `"${value}" is not a valid prefix of a key`,
      cure: 'write up to 100 letters, digits and _ . : -, without braces',
    }
  },
}

const optionalWithoutDefault = { kind: optionalText, fallback: null }

export const redisVariables = {
  url: variable('REDIS_URL', {
    ...optionalWithoutDefault,
    oldNames: ['WEBSOCKET_REDIS_URL'],
    secret: 'password',
    meaning:
      'Address of Redis: `redis://…` or, with TLS, `rediss://…`. For a Cluster, list several nodes, separated by commas. With Sentinel, write `redis://<name of the master>`. Unset: a single instance, or several that coordinate through PostgreSQL only, which is slower.',
  }),
  cluster: variable('REDIS_CLUSTER', {
    kind: boolean,
    fallback: false,
    oldNames: ['WEBSOCKET_REDIS_CLUSTER'],
    meaning:
      'Whether REDIS_URL names nodes of a Redis Cluster. If false, Shoal still recognizes a Cluster when it connects, and logs a warning.',
  }),
  sentinelHosts: variable('REDIS_SENTINEL_HOSTS', {
    ...optionalWithoutDefault,
    oldNames: ['WEBSOCKET_SENTINEL_HOSTS'],
    meaning: 'Sentinels as `host` or `host:port`, separated by commas. Setting this turns Sentinel on.',
  }),
  sentinelPort: variable('REDIS_SENTINEL_PORT', {
    kind: integer(1, 65_535),
    fallback: 26_379,
    oldNames: ['WEBSOCKET_SENTINEL_PORT'],
    meaning: 'Port of sentinels that REDIS_SENTINEL_HOSTS lists without a port.',
  }),
  sentinelUsername: variable('REDIS_SENTINEL_USERNAME', {
    ...optionalWithoutDefault,
    meaning: 'User name for signing in to the sentinels, if they need one.',
  }),
  sentinelPassword: variable('REDIS_SENTINEL_PASSWORD', {
    ...optionalWithoutDefault,
    secret: 'all',
    meaning:
      'Password for signing in to the sentinels. Unset: Shoal tries the password in REDIS_URL, which is the password of the master.',
  }),
  maxRetryCount: variable('REDIS_SENTINEL_MAX_RETRY_COUNT', {
    kind: integer(1, 100),
    fallback: 2,
    unit: 'tries',
    meaning:
      'How often Shoal tries a Redis command in total, if the command may be repeated. Does not limit reconnecting, which continues until it succeeds.',
  }),
  keyPrefix: variable('REDIS_KEY_PREFIX', {
    kind: keyPrefix,
    fallback: 'open-webui',
    meaning:
      'Prefix of every key and channel. Two installations that share one Redis need different prefixes.',
  }),
  connectTimeoutMs: variable('REDIS_SOCKET_CONNECT_TIMEOUT', {
    kind: connectTimeout,
    fallback: 1500,
    unit: 'milliseconds',
    meaning:
      'Time limit for opening one connection. A number under 100 counts as seconds. Does not apply to commands, which have their own deadlines.',
  }),
  reconnectDelayMs: variable('REDIS_RECONNECT_DELAY', {
    kind: integer(1, 60_000),
    fallback: 50,
    unit: 'milliseconds',
    meaning:
      'First pause before reconnecting. Later pauses grow up to one second, or stay at this value if it is longer.',
  }),
  tlsCaFile: variable('REDIS_TLS_CA_FILE', {
    ...optionalWithoutDefault,
    meaning:
      'File with the certificate authority (PEM) of a `rediss://` server whose certificate is not signed by a public authority.',
  }),
  tlsCertFile: variable('REDIS_TLS_CERT_FILE', {
    ...optionalWithoutDefault,
    meaning:
      'File with the client certificate (PEM) that this instance presents to Redis. Set REDIS_TLS_KEY_FILE too.',
  }),
  tlsKeyFile: variable('REDIS_TLS_KEY_FILE', {
    ...optionalWithoutDefault,
    meaning: 'File with the private key (PEM) of REDIS_TLS_CERT_FILE.',
  }),
  tlsCheck: variable('REDIS_TLS_REJECT_UNAUTHORIZED', {
    kind: boolean,
    fallback: true,
    meaning:
      'Whether Shoal checks the certificate of a `rediss://` server. Set this to false only for tests.',
  }),
}
