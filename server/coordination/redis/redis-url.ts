/** Reads REDIS_URL and its related variables. It opens no connection and does not read the environment. */

export interface RedisVariables {
  /** REDIS_URL */
  url: string
  /** REDIS_CLUSTER */
  cluster?: boolean
  /** REDIS_SENTINEL_HOSTS: a comma-separated list of `host` or `host:port`. */
  sentinelHosts?: string | null
  /** REDIS_SENTINEL_PORT, for entries without a port. Default: 26379. */
  sentinelPort?: number
  /** REDIS_SENTINEL_USERNAME and REDIS_SENTINEL_PASSWORD: the credentials of the sentinels. */
  sentinelUsername?: string | null
  sentinelPassword?: string | null
}

export interface RedisAddress {
  host: string
  port: number
}

export interface RedisCredentials {
  username?: string
  password?: string
}

/** The files are read when the link is created. `check: false` accepts any certificate. */
export interface RedisTls {
  check: boolean
  caFile?: string
  certFile?: string
  keyFile?: string
}

interface Shared {
  credentials: RedisCredentials
  tls?: RedisTls
}

export type RedisTopology = Shared &
  (
    | (RedisAddress & { kind: 'standalone'; database: number })
    | {
        kind: 'sentinel'
        master: string
        sentinels: RedisAddress[]
        sentinelCredentials: RedisCredentials
        database: number
      }
    | { kind: 'cluster'; nodes: RedisAddress[] }
  )

/** One sentence for the operator: `<variable>: <problem>; <cure>`. Never contains a password. */
export interface RedisUrlRefusal {
  ok: false
  variable: string
  problem: string
  cure: string
}

export type RedisUrlAnswer =
  /** `notes` has one sentence for each parameter of REDIS_URL that has no effect. */
  { ok: true; topology: RedisTopology; notes: string[] } | RedisUrlRefusal

class Refusal extends Error {
  readonly answer: RedisUrlRefusal
  constructor(problem: string, cure: string, variable = 'REDIS_URL') {
    super(problem)
    this.answer = { ok: false, variable, problem, cure }
  }
}

export function parseRedisUrl(variables: RedisVariables): RedisUrlAnswer {
  try {
    const notes: string[] = []
    return { ok: true, topology: readTopology(variables, notes), notes }
  } catch (error) {
    if (error instanceof Refusal) return error.answer
    throw error
  }
}

function readTopology(variables: RedisVariables, notes: string[]): RedisTopology {
  const url = readUrl(variables.url, notes)
  const { database } = url
  const shared = { credentials: url.credentials, ...(url.tls ? { tls: url.tls } : {}) }
  const sentinelHosts = variables.sentinelHosts?.trim()
  if (sentinelHosts) {
    if (variables.cluster) {
      throw new Refusal(
        'it is set together with REDIS_SENTINEL_HOSTS, but a Redis Cluster has no sentinels',
        'unset one of these variables',
        'REDIS_CLUSTER',
      )
    }
    return { kind: 'sentinel', ...shared, ...readSentinels(variables, sentinelHosts, url.hosts), database }
  }
  const nodes = url.hosts.map((host) => readAddress(host, 6379, 'REDIS_URL'))
  if (variables.cluster) {
    if (database !== 0) {
      throw new Refusal(
        `it names database ${database}, but a Redis Cluster has only database 0`,
        'remove the number',
      )
    }
    return { kind: 'cluster', ...shared, nodes }
  }
  const [first, ...rest] = nodes
  if (!first || rest.length > 0) {
    throw new Refusal('it names several nodes', 'set REDIS_CLUSTER=true, or name one node')
  }
  return { kind: 'standalone', ...shared, ...first, database }
}

function readSentinels(variables: RedisVariables, list: string, masters: string[]) {
  const [master = '', ...more] = masters
  if (more.length > 0) {
    throw new Refusal(
      'it names several nodes, but with REDIS_SENTINEL_HOSTS it names the master',
      'write redis://<name of the master in Sentinel>',
    )
  }
  const port = variables.sentinelPort ?? 26_379
  return {
    // Sentinel knows a master only by name, but guides write a port after it.
    master: master.replace(/:\d+$/, ''),
    sentinels: splitList(list).map((entry) => readAddress(entry, port, 'REDIS_SENTINEL_HOSTS')),
    sentinelCredentials: present({
      username: variables.sentinelUsername,
      password: variables.sentinelPassword,
    }),
  }
}

interface ReadUrl {
  credentials: RedisCredentials
  hosts: string[]
  database: number
  tls?: RedisTls
}

function readUrl(text: string, notes: string[]): ReadUrl {
  const trimmed = text.trim()
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(trimmed)?.[1]?.toLowerCase()
  if (scheme !== 'redis' && scheme !== 'rediss') {
    throw new Refusal(
      scheme ? `it starts with ${scheme}://` : 'it does not start with redis:// or rediss://',
      'write redis://host:6379, or rediss:// for TLS',
    )
  }
  const rest = joinRepeated(trimmed.slice(scheme.length + 3), scheme)
  const at = rest.lastIndexOf('@')
  const userinfo = at < 0 ? '' : rest.slice(0, at)
  const stray = /[@/#?[\]\s]/.exec(userinfo)?.[0]
  if (stray) {
    throw new Refusal(
      `its user or password contains an unescaped "${stray}"`,
      `escape it: write ${encodeURIComponent(stray)}`,
    )
  }
  const [, authority = '', path = '', query = ''] =
    /^([^/?#]*)([^?#]*)(?:\?([^#]*))?/.exec(rest.slice(at + 1)) ?? []
  if (rest.includes('#', at + 1)) {
    throw new Refusal('it contains an unescaped "#"', 'escape it: write %23, also in the password')
  }
  const hosts = splitList(authority)
  if (hosts.length === 0) throw new Refusal('it names no host', `write ${scheme}://host:6379`)
  const { database, tls, credentials } = readQuery(query, readDatabase(path), notes)
  return {
    credentials: { ...readCredentials(userinfo), ...credentials },
    hosts,
    database,
    ...(scheme === 'rediss' ? { tls } : {}),
  }
}

/** Rewrites `u:p@a:1,redis://u:p@b:2` and `u:p@a:1,u:p@b:2` as `u:p@a:1,b:2`, if the credentials are the same. */
function joinRepeated(rest: string, scheme: string): string {
  const parts = rest.split(/,\s*(?:rediss?:\/\/)?/i)
  const schemes = [...rest.matchAll(/,\s*(rediss?):\/\//gi)].map((match) => match[1]?.toLowerCase())
  const [first = '', ...more] = parts
  const owner = first.slice(0, first.lastIndexOf('@') + 1)
  const repeated = more.length > 0 && more.every((part) => part.startsWith(owner))
  if (schemes.some((other) => other !== scheme) || (schemes.length > 0 && !repeated)) {
    throw new Refusal(
      'its nodes have different credentials or schemes',
      'write the scheme, the user and the password only once, before the first node',
    )
  }
  return repeated ? owner + parts.map((part) => part.slice(owner.length)).join(',') : rest
}

function readCredentials(userinfo: string): RedisCredentials {
  if (userinfo === '') return {}
  const colon = userinfo.indexOf(':')
  if (colon < 0) {
    throw new Refusal(
      'it has a user without a password',
      'write redis://:password@host for a password without a user',
    )
  }
  return present({ username: decode(userinfo.slice(0, colon)), password: decode(userinfo.slice(colon + 1)) })
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Refusal('its user or password contains a "%" that is not escaped', 'escape it: write %25')
  }
}

function readDatabase(path: string): number {
  const number = path.replace(/^\/|\/$/g, '')
  if (number === '') return 0
  if (!/^\d{1,5}$/.test(number)) {
    throw new Refusal(
      `its path "${path}" is not a database number`,
      'write redis://host:6379/0; a "/" in the password is written %2F',
    )
  }
  return Number(number)
}

/** Reads the parameters that redis-py understands. Parameters without effect in Shoal are ignored with a note. */
function readQuery(
  query: string,
  fromPath: number,
  notes: string[],
): { database: number; tls: RedisTls; credentials: RedisCredentials } {
  const credentials: RedisCredentials = {}
  const tls: RedisTls = { check: true }
  let database = fromPath
  for (const [name, value] of new URLSearchParams(query)) {
    if (name === 'db') database = readDatabase(value)
    else if (name === 'ssl_cert_reqs') tls.check = value.toLowerCase() !== 'none'
    else if (name === 'ssl_ca_certs') tls.caFile = value
    else if (name === 'ssl_certfile') tls.certFile = value
    else if (name === 'ssl_keyfile') tls.keyFile = value
    else if (name === 'username') credentials.username = value
    else if (name === 'password') credentials.password = value
    else if (ignoredParameters.has(name)) notes.push(`its parameter "${name}" is ignored`)
    else {
      throw new Refusal(
        `it has the parameter "${name}", which Shoal does not know`,
        'remove it; the known parameters are db, username, password, ssl_cert_reqs, ssl_ca_certs, ssl_certfile and ssl_keyfile',
      )
    }
  }
  return { database, tls, credentials }
}

/** Parameters of redis-py that Shoal decides itself or does not have. None of them is relevant to security. */
const ignoredParameters = new Set([
  'cache_config',
  'client_name',
  'connection_class',
  'decode_responses',
  'driver_info',
  'encoding',
  'encoding_errors',
  'errors',
  'event_dispatcher',
  'health_check_interval',
  'legacy_responses',
  'lib_name',
  'lib_version',
  'maint_notifications_config',
  'max_connections',
  'parser_class',
  'protocol',
  'read_from_replicas',
  'reinitialize_steps',
  'require_full_coverage',
  'retry',
  'retry_on_error',
  'retry_on_timeout',
  'single_connection_client',
  'skip_full_coverage_check',
  'socket_connect_timeout',
  'socket_keepalive',
  'socket_keepalive_options',
  'socket_read_size',
  'socket_timeout',
  'socket_type',
  'ssl',
  'ssl_check_hostname',
  'ssl_ciphers',
  'ssl_min_version',
])

function readAddress(entry: string, defaultPort: number, variable: string): RedisAddress {
  const [, bracketed, plain, port] = /^(?:\[([\da-f:.%]+)\]|([^\s:[\]/@]+))(?::(\d+))?$/i.exec(entry) ?? []
  const host = bracketed ?? plain
  const number = port === undefined ? defaultPort : Number(port)
  if (!host || number < 1 || number > 65_535) {
    throw new Refusal(`"${entry}" is not a host or host:port`, `write host:${defaultPort}`, variable)
  }
  return { host, port: number }
}

const splitList = (list: string): string[] =>
  list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')

function present(values: {
  username?: string | null | undefined
  password?: string | null | undefined
}): RedisCredentials {
  return {
    ...(values.username ? { username: values.username } : {}),
    ...(values.password ? { password: values.password } : {}),
  }
}
