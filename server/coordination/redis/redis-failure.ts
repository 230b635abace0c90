import { DeadlineError } from '../../base/index.ts'
import type { Finding } from '../../base/index.ts'
import type { RedisFailure } from './redis-link.ts'

/** What an error of the client means to the caller. */
export function failureKind(error: unknown): RedisFailure {
  const message = messageOf(error)
  if (error instanceof DeadlineError || message.startsWith('Command timed out')) return 'timeout'
  if (/^OOM\b/.test(message)) return 'oom'
  return passing.test(message) ? 'away' : 'refused'
}

const passing =
  /isn't writeable|isn't ready|Connection is closed|max retries per request|Command aborted|Cluster redirections|Cluster is|startup nodes|No subscriber|sentinels are unreachable|slots cache|ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|^(LOADING|READONLY|NOREPLICAS|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|UNBLOCKED|MOVED|ASK)\b|Socket (timeout|closed)/

/** One of the same code replaces the earlier one. */
export interface RedisProblem extends Finding {
  /** The connection cannot work while it lasts; it ends when the link is healthy. The others end when not seen again. */
  connecting: boolean
}

interface Rule extends Pick<Finding, 'code' | 'cure'> {
  test: RegExp
  problem: (where: string, message: string, keys: string) => string
  connecting?: boolean
}

/** The first that fits. Messages and codes are those of Redis 7, Node's tls and net, and ioredis 6. */
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
    cure: 'set REDIS_SENTINEL_PASSWORD to theirs, since without it the password in REDIS_URL is tried, and REDIS_SENTINEL_USERNAME if they have users',
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
    problem: (where, message) => `the Redis user lacks a right at ${where} (${message})`,
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
    cure: 'use that name in REDIS_URL, or a certificate for this one',
    connecting: true,
  },
  {
    code: 'redis-certificate-of-ours',
    test: /alert certificate required|ALERT_CERTIFICATE_REQUIRED/i,
    problem: (where) => `Redis at ${where} asks for a certificate of its client`,
    cure: 'name one in REDIS_TLS_CERT_FILE and REDIS_TLS_KEY_FILE',
    connecting: true,
  },
  {
    code: 'redis-certificate-of-ours',
    test: /alert (unknown ca|bad certificate|certificate unknown|certificate expired)|ALERT_(UNKNOWN_CA|BAD_CERTIFICATE)/i,
    problem: (where) => `Redis at ${where} does not trust the certificate in REDIS_TLS_CERT_FILE`,
    cure: 'use one whose authority is in its tls-ca-cert-file',
    connecting: true,
  },
  {
    code: 'redis-certificate',
    test: /certificate|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_/i,
    problem: (where, message) => `the certificate of Redis at ${where} is not trusted (${message})`,
    cure: 'name its authority in REDIS_TLS_CA_FILE',
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
      `the host of Redis at ${unknownHost(where, message)} is not known to the name server`,
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
    problem: (where) => `the sentinels at ${where} know no master of that name`,
    cure: 'correct the host in REDIS_URL',
    connecting: true,
  },
  {
    code: 'redis-sentinels',
    test: /sentinel/i,
    problem: (where, message) => `no sentinel at ${where} answers (${message})`,
    cure: 'correct REDIS_SENTINEL_HOSTS, or start them',
    connecting: true,
  },
  {
    code: 'redis-foreign-key',
    test: /^WRONGTYPE/,
    problem: (where, _, keys) => `something else has written ${keys} in Redis at ${where}`,
    cure: 'delete it, and give one of the two another prefix (REDIS_KEY_PREFIX)',
  },
  {
    code: 'redis-cluster-down',
    test: /^CLUSTERDOWN/,
    problem: (where) =>
      `the Redis Cluster at ${where} is down, since a master without a replica is missing or no master serves some slots`,
    cure: 'start what is missing',
    connecting: true,
  },
  {
    code: 'redis-full',
    test: /^OOM\b/,
    problem: (where) => `Redis at ${where} is full`,
    cure: 'raise maxmemory, or set maxmemory-policy to volatile-lru or volatile-ttl',
  },
  {
    code: 'redis-disk',
    test: /^MISCONF/,
    problem: (where) => `Redis at ${where} cannot save to its disk and refuses writes`,
    cure: 'give it room, or turn stop-writes-on-bgsave-error off',
  },
  {
    code: 'redis-loading',
    test: /^LOADING/,
    problem: (where) => `Redis at ${where} is still loading its data`,
    cure: 'it will be used when it is done',
    connecting: true,
  },
  {
    code: 'redis-replica',
    test: /^(READONLY|MASTERDOWN)/,
    problem: (where) => `Redis at ${where} is a replica and takes no writes`,
    cure: 'name the master, or use REDIS_SENTINEL_HOSTS; with a failover under way it passes',
  },
  {
    code: 'redis-replicas-missing',
    test: /^NOREPLICAS/,
    problem: (where) => `Redis at ${where} takes no writes, because it lacks replicas`,
    cure: 'start them, or lower min-replicas-to-write',
  },
  {
    code: 'redis-database-number',
    test: /DB index is out of range/,
    problem: (where) => `Redis at ${where} has no database of that number`,
    cure: 'correct it in REDIS_URL',
    connecting: true,
  },
  {
    code: 'redis-clients',
    test: /max number of clients/,
    problem: (where) => `Redis at ${where} has no room for another client`,
    cure: 'raise maxclients',
    connecting: true,
  },
  {
    code: 'redis-silent',
    test: /timed out|timeout|did not answer|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/i,
    problem: (where) => `Redis at ${where} does not answer`,
    cure: 'look whether it is paused, overloaded or behind a firewall',
    connecting: true,
  },
  {
    code: 'redis-lost',
    test: /ECONNRESET|EPIPE|closed|isn't writeable|max retries|isn't ready|slots cache|startup nodes/,
    problem: (where) => `the connection to Redis at ${where} was lost`,
    cure: 'it is made again',
    connecting: true,
  },
]

/** The one of several addresses whose name was looked up in vain. */
function unknownHost(where: string, message: string): string {
  const name = /getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (\S+)/.exec(message)?.[1]
  if (name === undefined) return where
  return where.split(', ').find((address) => address.startsWith(`${name}:`)) ?? name
}

/** Says what an error of a call on `keys` means and what to do; undefined for one that is a matter of a single call. */
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

/** Message and code, of the cause too: ioredis wraps the last error of a node. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, lastNodeError } = error as { code?: unknown; lastNodeError?: unknown }
  if (lastNodeError instanceof Error && lastNodeError.message) return messageOf(lastNodeError)
  const text = error instanceof AggregateError ? error.errors.map(messageOf).join(', ') : error.message
  return typeof code === 'string' && !text.includes(code) ? `${text} ${code}`.trim() : text
}

/** ioredis hangs the command on its errors, with all arguments: passwords of HELLO, words of answers. Neither may be logged. */
export function withoutCommand<E>(error: E): E {
  if (error instanceof Error) Reflect.deleteProperty(error, 'command')
  return error
}
