import { DeadlineError } from '../../base/index.ts'
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

export interface Problem {
  /** The same kind replaces the earlier sentence. */
  kind: string
  /** One sentence with the cure. */
  sentence: string
  /** The connection cannot work while it lasts; it ends when the link is healthy. The others end when not seen again. */
  connecting: boolean
}

interface Rule {
  kind: string
  test: RegExp
  sentence: (where: string, message: string, keys: string) => string
  connecting?: boolean
}

const url = 'in REDIS_URL'

/** The first that fits. Messages and codes are those of Redis 7, Node's tls and net, and ioredis 6. */
const rules: Rule[] = [
  {
    kind: 'sentinel password missing',
    test: /^All sentinels are unreachable.*(?:NOAUTH|HELLO must be called|Authentication required)/s,
    sentence: (where) => `the sentinels at ${where} ask for a password: set REDIS_SENTINEL_PASSWORD`,
    connecting: true,
  },
  {
    kind: 'sentinel password wrong',
    test: /^All sentinels are unreachable.*(?:WRONGPASS|invalid username-password)/s,
    sentence: (where) =>
      `the sentinels at ${where} refuse the user or password: set REDIS_SENTINEL_PASSWORD to theirs, since without it the password in REDIS_URL is tried, and REDIS_SENTINEL_USERNAME if they have users`,
    connecting: true,
  },
  {
    kind: 'password missing',
    test: /^NOAUTH|HELLO must be called with the client already authenticated/,
    sentence: (where) => `Redis at ${where} asks for a password: write redis://:password@host ${url}`,
    connecting: true,
  },
  {
    kind: 'password wrong',
    test: /^WRONGPASS|invalid password|invalid username-password/i,
    sentence: (where) => `Redis at ${where} refuses the user or password: correct them ${url}`,
    connecting: true,
  },
  {
    kind: 'right missing',
    test: /^NOPERM/,
    sentence: (where, message) =>
      `the Redis user lacks a right at ${where} (${message}): grant it with ACL SETUSER`,
  },
  {
    kind: 'plain server',
    test: /wrong version number|packet length too long|record layer failure/i,
    sentence: (where) => `Redis at ${where} does not speak TLS: write redis:// instead of rediss:// ${url}`,
    connecting: true,
  },
  {
    kind: 'certificate of another name',
    test: /ERR_TLS_CERT_ALTNAME_INVALID|does not match certificate's altnames/,
    sentence: (where) =>
      `the certificate of Redis at ${where} is for another name: use that name ${url}, or a certificate for this one`,
    connecting: true,
  },
  {
    kind: 'certificate of ours',
    test: /alert certificate required|ALERT_CERTIFICATE_REQUIRED/i,
    sentence: (where) =>
      `Redis at ${where} asks for a certificate of its client: name one in REDIS_TLS_CERT_FILE and REDIS_TLS_KEY_FILE`,
    connecting: true,
  },
  {
    kind: 'certificate of ours',
    test: /alert (unknown ca|bad certificate|certificate unknown|certificate expired)|ALERT_(UNKNOWN_CA|BAD_CERTIFICATE)/i,
    sentence: (where) =>
      `Redis at ${where} does not trust the certificate in REDIS_TLS_CERT_FILE: use one whose authority is in its tls-ca-cert-file`,
    connecting: true,
  },
  {
    kind: 'certificate',
    test: /certificate|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|CERT_/i,
    sentence: (where, message) =>
      `the certificate of Redis at ${where} is not trusted (${message}): name its authority in REDIS_TLS_CA_FILE`,
    connecting: true,
  },
  {
    kind: 'refused',
    test: /ECONNREFUSED/,
    sentence: (where) => `nothing listens at ${where}: start Redis, or correct the host and port ${url}`,
    connecting: true,
  },
  {
    kind: 'name',
    test: /ENOTFOUND|EAI_AGAIN/,
    sentence: (where, message) =>
      `the host of Redis at ${unknownHost(where, message)} is not known to the name server: correct it ${url}`,
    connecting: true,
  },
  {
    kind: 'no cluster',
    test: /cluster support disabled/,
    sentence: (where) => `Redis at ${where} is not a Cluster: unset REDIS_CLUSTER`,
    connecting: true,
  },
  {
    kind: 'master name',
    test: /got an invalid reply: null|No such master with that name/,
    sentence: (where) => `the sentinels at ${where} know no master of that name: correct the host ${url}`,
    connecting: true,
  },
  {
    kind: 'sentinels',
    test: /sentinel/i,
    sentence: (where, message) =>
      `no sentinel at ${where} answers (${message}): correct REDIS_SENTINEL_HOSTS, or start them`,
    connecting: true,
  },
  {
    kind: 'foreign key',
    test: /^WRONGTYPE/,
    sentence: (where, _, keys) =>
      `something else has written ${keys} in Redis at ${where}: delete it, and give one of the two another prefix (REDIS_KEY_PREFIX)`,
  },
  {
    kind: 'cluster down',
    test: /^CLUSTERDOWN/,
    sentence: (where) =>
      `the Redis Cluster at ${where} is down: a master without a replica is missing, or slots that no master serves`,
    connecting: true,
  },
  {
    kind: 'full',
    test: /^OOM\b/,
    sentence: (where) =>
      `Redis at ${where} is full: raise maxmemory, or set maxmemory-policy to volatile-lru or volatile-ttl`,
  },
  {
    kind: 'disk',
    test: /^MISCONF/,
    sentence: (where) =>
      `Redis at ${where} cannot save to its disk and refuses writes: give it room, or turn stop-writes-on-bgsave-error off`,
  },
  {
    kind: 'loading',
    test: /^LOADING/,
    sentence: (where) => `Redis at ${where} is still loading its data: it will be used when it is done`,
    connecting: true,
  },
  {
    kind: 'replica',
    test: /^(READONLY|MASTERDOWN)/,
    sentence: (where) =>
      `Redis at ${where} is a replica and takes no writes: name the master, or use REDIS_SENTINEL_HOSTS; with a failover under way it passes`,
  },
  {
    kind: 'replicas missing',
    test: /^NOREPLICAS/,
    sentence: (where) =>
      `Redis at ${where} takes no writes, because it lacks replicas: start them, or lower min-replicas-to-write`,
  },
  {
    kind: 'database number',
    test: /DB index is out of range/,
    sentence: (where) => `Redis at ${where} has no database of that number: correct it ${url}`,
    connecting: true,
  },
  {
    kind: 'clients',
    test: /max number of clients/,
    sentence: (where) => `Redis at ${where} has no room for another client: raise maxclients`,
    connecting: true,
  },
  {
    kind: 'silent',
    test: /timed out|timeout|did not answer|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/i,
    sentence: (where) => `Redis at ${where} does not answer: it is paused, overloaded or behind a firewall`,
    connecting: true,
  },
  {
    kind: 'lost',
    test: /ECONNRESET|EPIPE|closed|isn't writeable|max retries|isn't ready|slots cache|startup nodes/,
    sentence: (where) => `the connection to Redis at ${where} was lost: it is made again`,
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
export function explain(error: unknown, where: string, keys: string[] = []): Problem | undefined {
  const message = messageOf(error)
  const rule = rules.find(({ test }) => test.test(message))
  return (
    rule && {
      kind: rule.kind,
      sentence: rule.sentence(where, message.slice(0, 200), keys.join(' or ') || 'a key of Shoal'),
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
