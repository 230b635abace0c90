import { DeadlineError } from '../../base/index.ts'
import type { Finding } from '../../base/index.ts'
import type { RedisFailure } from './redis-link.ts'

/** The kind of an ioredis error, for the caller. */
export function failureKind(error: unknown): RedisFailure {
  const message = messageOf(error)
  if (error instanceof DeadlineError || message.startsWith('Command timed out')) return 'timeout'
  if (/^OOM\b/.test(message)) return 'oom'
  return unavailable.test(message) ? 'away' : 'refused'
}

const unavailable =
  /isn't writeable|isn't ready|Connection is closed|max retries per request|Command aborted|Cluster redirections|Cluster is|startup nodes|No subscriber|sentinels are unreachable|slots cache|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|^(LOADING|READONLY|NOREPLICAS|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|UNBLOCKED|MOVED|ASK)\b|Socket (timeout|closed)/

/** A problem replaces an earlier problem with the same code. */
export interface RedisProblem extends Finding {
  /**
   * Whether it prevents the connection. Such a problem ends when the link is healthy; others end if not seen for a
   * while.
   */
  connecting: boolean
}

interface Rule extends Pick<Finding, 'code' | 'cure'> {
  test: RegExp
  problem: (where: string, message: string, keys: string) => string
  connecting?: boolean
}

/** The first matching rule applies. Messages and codes are from Redis 7, Node's `tls` and `net`, and ioredis 6. */
const rules: Rule[] = [
  {
    code: 'redis-sentinel-password-missing',
    test: /^All sentinels are unreachable.*(?:NOAUTH|HELLO must be called|Authentication required)/s,
    problem: (where) => `the sentinels at ${where} ask for a password`,
    cure: 'set REDIS_SENTINEL_PASSWORD',
    connecting: true,
  },
  {
    code: 'redis-sentinel-password-wrong',
    test: /^All sentinels are unreachable.*(?:WRONGPASS|invalid username-password)/s,
    problem: (where) => `the sentinels at ${where} refuse the user or password`,
    cure: 'set REDIS_SENTINEL_PASSWORD to the password of the sentinels (without it, Shoal uses the password in REDIS_URL), and REDIS_SENTINEL_USERNAME if they have users',
    connecting: true,
  },
  {
    code: 'redis-password-missing',
    test: /^NOAUTH|HELLO must be called with the client already authenticated/,
    problem: (where) => `Redis at ${where} asks for a password`,
    cure: 'write redis://:password@host in REDIS_URL',
    connecting: true,
  },
  {
    code: 'redis-password-wrong',
    test: /^WRONGPASS|invalid password|invalid username-password/i,
    problem: (where) => `Redis at ${where} refuses the user or password`,
    cure: 'correct them in REDIS_URL',
    connecting: true,
  },
  {
    code: 'redis-right-missing',
    test: /^NOPERM/,
    problem: (where, message) => `the Redis user at ${where} lacks a right (${message})`,
    cure: 'grant it with ACL SETUSER',
  },
  {
    code: 'redis-plain-server',
    test: /wrong version number|packet length too long|record layer failure/i,
    problem: (where) => `Redis at ${where} does not speak TLS`,
    cure: 'write redis:// instead of rediss:// in REDIS_URL',
    connecting: true,
  },
  {
    code: 'redis-certificate-of-another-name',
    test: /ERR_TLS_CERT_ALTNAME_INVALID|does not match certificate's altnames/,
    problem: (where) => `the certificate of Redis at ${where} is for another name`,
    cure: 'use the name in the certificate in REDIS_URL, or a certificate for the name in REDIS_URL',
    connecting: true,
  },
  {
    code: 'redis-certificate-of-ours',
    test: /alert certificate required|ALERT_CERTIFICATE_REQUIRED/i,
    problem: (where) => `Redis at ${where} asks for a client certificate`,
    cure: 'set REDIS_TLS_CERT_FILE and REDIS_TLS_KEY_FILE',
    connecting: true,
  },
  {
    code: 'redis-certificate-of-ours',
    test: /alert (unknown ca|bad certificate|certificate unknown|certificate expired)|ALERT_(UNKNOWN_CA|BAD_CERTIFICATE)/i,
    problem: (where) => `Redis at ${where} does not trust the certificate in REDIS_TLS_CERT_FILE`,
    cure: 'use a certificate from an authority in the tls-ca-cert-file of Redis',
    connecting: true,
  },
  {
    code: 'redis-certificate',
    test: /certificate|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_/i,
    problem: (where, message) => `the certificate of Redis at ${where} is not trusted (${message})`,
    cure: 'set REDIS_TLS_CA_FILE to the certificate of its authority',
    connecting: true,
  },
  {
    code: 'redis-refused',
    test: /ECONNREFUSED/,
    problem: (where) => `nothing listens at ${where}`,
    cure: 'start Redis, or correct the host and port in REDIS_URL',
    connecting: true,
  },
  {
    code: 'redis-name',
    test: /ENOTFOUND|EAI_AGAIN/,
    problem: (where, message) =>
      `the host name of Redis at ${unknownHost(where, message)} cannot be resolved`,
    cure: 'correct it in REDIS_URL',
    connecting: true,
  },
  {
    code: 'redis-no-cluster',
    test: /cluster support disabled/,
    problem: (where) => `Redis at ${where} is not a Cluster`,
    cure: 'unset REDIS_CLUSTER',
    connecting: true,
  },
  {
    code: 'redis-master-name',
    test: /got an invalid reply: null|No such master with that name/,
    problem: (where) => `the sentinels at ${where} know no master with that name`,
    cure: 'correct the name of the master in REDIS_URL (its host)',
    connecting: true,
  },
  {
    code: 'redis-sentinels',
    test: /sentinel/i,
    problem: (where, message) => `no sentinel at ${where} replies (${message})`,
    cure: 'correct REDIS_SENTINEL_HOSTS, or start the sentinels',
    connecting: true,
  },
  {
    code: 'redis-foreign-key',
    test: /^WRONGTYPE/,
    problem: (where, _, keys) => `another program has written ${keys} in Redis at ${where}`,
    cure: 'delete the key, and give Shoal another prefix (REDIS_KEY_PREFIX)',
  },
  {
    code: 'redis-cluster-down',
    test: /^CLUSTERDOWN/,
    problem: (where) =>
      `the Redis Cluster at ${where} is down, because a master without a replica is missing or some slots have no master`,
    cure: 'start the missing node, or assign the slots',
    connecting: true,
  },
  {
    code: 'redis-full',
    test: /^OOM\b/,
    problem: (where) => `Redis at ${where} is full and refuses writes`,
    cure: 'raise maxmemory, or set maxmemory-policy to volatile-lru or volatile-ttl',
  },
  {
    code: 'redis-disk',
    test: /^MISCONF/,
    problem: (where) => `Redis at ${where} cannot save to its disk and refuses writes`,
    cure: 'free disk space, or turn stop-writes-on-bgsave-error off',
  },
  {
    code: 'redis-loading',
    test: /^LOADING/,
    problem: (where) => `Redis at ${where} is still loading its data`,
    cure: 'Shoal will use it as soon as it has loaded',
    connecting: true,
  },
  {
    code: 'redis-replica',
    test: /^(READONLY|MASTERDOWN)/,
    problem: (where) => `Redis at ${where} is a replica and does not accept writes`,
    cure: 'name the master in REDIS_URL, or use REDIS_SENTINEL_HOSTS; during a failover, just wait',
  },
  {
    code: 'redis-replicas-missing',
    test: /^NOREPLICAS/,
    problem: (where) => `Redis at ${where} does not accept writes, because it has too few replicas`,
    cure: 'start the replicas, or lower min-replicas-to-write',
  },
  {
    code: 'redis-database-number',
    test: /DB index is out of range/,
    problem: (where) => `Redis at ${where} has no database with that number`,
    cure: 'correct the number in REDIS_URL',
    connecting: true,
  },
  {
    code: 'redis-clients',
    test: /max number of clients/,
    problem: (where) => `Redis at ${where} has reached its maximum number of clients`,
    cure: 'raise maxclients',
    connecting: true,
  },
  {
    code: 'redis-silent',
    test: /timed out|timeout|did not answer|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/i,
    problem: (where) => `Redis at ${where} does not answer`,
    cure: 'check whether it is paused, overloaded or behind a firewall',
    connecting: true,
  },
  {
    code: 'redis-lost',
    test: /ECONNRESET|EPIPE|closed|isn't writeable|max retries|isn't ready|slots cache|startup nodes/,
    problem: (where) => `the connection to Redis at ${where} was lost`,
    cure: 'Shoal is reconnecting',
    connecting: true,
  },
]

/** Finds the address, among several, whose host name could not be resolved. */
function unknownHost(where: string, message: string): string {
  const name = /getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (\S+)/.exec(message)?.[1]
  if (name === undefined) return where
  return where.split(', ').find((address) => address.startsWith(`${name}:`)) ?? name
}

/** Explains an error of a call on `keys`, with a cure. Undefined for an error that concerns only this call. */
export function explain(error: unknown, where: string, keys: string[] = []): RedisProblem | undefined {
  const message = messageOf(error)
  const rule = rules.find(({ test }) => test.test(message))
  return (
    rule && {
      code: rule.code,
      about: where,
      severity: 'error',
      problem: rule.problem(where, message.slice(0, 200), keys.join(' or ') || 'a key of Shoal'),
      cure: rule.cure,
      connecting: rule.connecting ?? false,
    }
  )
}

/** The message and code of an error, or of the last error of a node, which ioredis wraps. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, lastNodeError } = error as { code?: unknown; lastNodeError?: unknown }
  if (lastNodeError instanceof Error && lastNodeError.message) return messageOf(lastNodeError)
  const text = error instanceof AggregateError ? error.errors.map(messageOf).join(', ') : error.message
  return typeof code === 'string' && !text.includes(code) ? `${text} ${code}`.trim() : text
}

/**
 * Removes the command from an error. ioredis adds it with all arguments, for example passwords and text of answers,
 * which must not be logged.
 */
export function withoutCommand<E>(error: E): E {
  if (error instanceof Error) Reflect.deleteProperty(error, 'command')
  return error
}
