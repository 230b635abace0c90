/**
 * A PostgreSQL address as libpq parses it: one or several hosts with ports, sockets, parameters in the query, and
 * percent escapes everywhere. The schemes of SQLAlchemy (`+asyncpg`, `+psycopg`, `+psycopg2`) and asyncpg's `ssl` work
 * too.
 */
export interface PostgresAddress {
  hosts: PostgresHost[]
  /** If absent, PGUSER and PGPASSWORD or the operating system's user apply. */
  user?: string
  password?: string
  database?: string
  sslMode: SslMode
  /** Paths of files; `system` for the root certificate means the authorities that the system trusts. */
  sslRootCert?: string
  sslCert?: string
  sslKey?: string
  /** Session settings, in the form of `postgres -c`. */
  options?: string
  applicationName?: string
}

export interface PostgresHost {
  /** A name, an IP address, or the folder of a socket (it begins with `/`). */
  host: string
  port: number
  /** The IP address to connect to, if it is given in addition to the name. */
  address?: string
}

const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const
export type SslMode = (typeof sslModes)[number]

/** `problem` names the part that is wrong. Neither it nor a note ever contains a user name or password. */
export type PostgresUrlReading =
  | { ok: true; address: PostgresAddress; notes: string[] }
  | { ok: false; problem: string; cure: string }

class Refusal extends Error {
  readonly cure: string
  constructor(problem: string, cure: string) {
    super(problem)
    this.cure = cure
  }
}

const expectedForm = 'write postgresql://user:password@host:5432/database'

export function readPostgresUrl(text: string): PostgresUrlReading {
  try {
    return { ok: true, ...read(text.trim()) }
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, problem: error.message, cure: error.cure }
    throw error
  }
}

function read(text: string): { address: PostgresAddress; notes: string[] } {
  const rest = /^postgres(?:ql)?(?:\+(?:asyncpg|psycopg2?|psycopg_async))?:\/\/(.*)$/is.exec(text)?.[1]
  if (rest === undefined) throw new Refusal('it is not the address of a PostgreSQL database', expectedForm)
  const { userinfo, hostlist, path, query } = split(rest)
  const { known, notes } = readParameters(query)
  const [user, password] = readUser(userinfo)
  const database = known.get('dbname') ?? decode(path, 'name of the database')
  const { sslMode, ...certificates } = readTls(known)
  const address = {
    hosts: readHosts(hostlist, known),
    user: known.get('user') ?? user,
    password: known.get('password') ?? password,
    database,
    ...certificates,
    options: known.get('options'),
    applicationName: known.get('application_name') ?? known.get('fallback_application_name'),
  }
  const given = Object.entries(address).filter(([, value]) => value !== undefined && value !== '')
  return { address: { ...(Object.fromEntries(given) as Omit<PostgresAddress, 'sslMode'>), sslMode }, notes }
}

function split(rest: string): { userinfo: string; hostlist: string; path: string; query: string } {
  const end = rest.search(/[/?#]/)
  const authority = end < 0 ? rest : rest.slice(0, end)
  const after = end < 0 ? '' : rest.slice(end)
  const at = authority.lastIndexOf('@')
  const [, path = '', query = '', fragment] = /^(?:\/([^?#]*))?(?:\?([^#]*))?(#.*)?$/s.exec(after) ?? []
  // An `@` after the first `/`, `?` or `#` means that this character is an unescaped part of the password.
  if (path.includes('@')) throw unescaped('/')
  if (/^[^=&]*@/.test(query)) throw unescaped('?')
  if (fragment !== undefined) throw unescaped('#')
  return { userinfo: authority.slice(0, Math.max(0, at)), hostlist: authority.slice(at + 1), path, query }
}

function unescaped(sign: string): Refusal {
  return new Refusal(
    `its user or password contains an unescaped "${sign}"`,
    `escape it: write ${encodeURIComponent(sign)}`,
  )
}

function readUser(userinfo: string): [user: string | undefined, password: string | undefined] {
  const colon = userinfo.indexOf(':')
  const user = colon < 0 ? userinfo : userinfo.slice(0, colon)
  return [decode(user, 'user'), colon < 0 ? undefined : decode(userinfo.slice(colon + 1), 'password')]
}

function decode(text: string, part: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new Refusal(`its ${part} contains a "%" that does not begin an escape`, 'escape it: write %25')
  }
}

function readHosts(hostlist: string, known: ReadonlyMap<string, string>): PostgresHost[] {
  const written = hostlist.split(',').map(readHost)
  const hosts = listOf(known.get('host')) ?? written.map(({ host }) => host)
  const addresses = listOf(known.get('hostaddr'))
  const count =
    addresses && known.get('host') === undefined && hostlist === '' ? addresses.length : hosts.length
  const ports = listOf(known.get('port')) ?? written.map(({ port }) => port)
  if (addresses && addresses.length !== count) throw unequal('hostaddr', addresses.length, count)
  // A single port applies to all hosts.
  if (ports.length !== 1 && ports.length !== count) throw unequal('port', ports.length, count)
  return Array.from({ length: count }, (_, at) => {
    const address = addresses?.[at]
    return {
      host: hosts[at] || address || 'localhost',
      port: portOf(ports[ports.length === 1 ? 0 : at] ?? ''),
      ...(address ? { address } : {}),
    }
  })
}

function unequal(name: string, count: number, hosts: number): Refusal {
  return new Refusal(
    `its parameter "${name}" has ${count} entries for ${hosts} hosts`,
    name === 'port' ? 'give one port, or one for each host' : 'give one for each host',
  )
}

const listOf = (text: string | undefined): string[] | undefined =>
  text === undefined || text === '' ? undefined : text.split(',').map((entry) => entry.trim())

function readHost(entry: string): { host: string; port: string } {
  const [whole, bracketed, plain = '', port = ''] =
    /^(?:\[([\da-f:.%]+)\]|([^:[\]]*))(?::([^:]*))?$/i.exec(entry) ?? []
  if (whole === undefined) {
    throw new Refusal(
      'its host cannot be read',
      `${expectedForm}, with an IPv6 address in brackets, such as [::1]`,
    )
  }
  const host = bracketed ?? decode(plain, 'host')
  if (/[\s@?#]/.test(host)) throw new Refusal('its host cannot be read', expectedForm)
  return { host, port: decode(port, 'port') }
}

function portOf(text: string): number {
  if (text === '') return 5432
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port >= 1 && port <= 65_535) return port
  // The text is not in the message: if the "@" is missing, it is the password.
  throw new Refusal('its port is not a number from 1 to 65535', expectedForm)
}

const supportedParameters = new Set([
  'host',
  'hostaddr',
  'port',
  'dbname',
  'user',
  'password',
  'sslmode',
  'ssl',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'options',
  'application_name',
  'fallback_application_name',
])

function readParameters(query: string): { known: Map<string, string>; notes: string[] } {
  const known = new Map<string, string>()
  const notes: string[] = []
  for (const pair of query.split('&').filter(Boolean)) {
    const equals = pair.indexOf('=')
    const name = decode(equals < 0 ? pair : pair.slice(0, equals), 'query')
    // As in libpq, a plus sign is not a space.
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1), `parameter "${name}"`)
    if (supportedParameters.has(name)) known.set(name, value)
    else if (name === 'target_session_attrs') notes.push(...targetNote(value))
    else if (name === 'channel_binding' && value === 'require') {
      notes.push('its parameter "channel_binding=require" is ignored: use sslmode=verify-full')
    } else notes.push(`its parameter "${name}" is ignored`)
  }
  return { known, notes }
}

/** With several hosts, Shoal always uses the first one that accepts writes, whatever this parameter says. */
function targetNote(value: string): string[] {
  return ['any', 'read-write', 'primary', ''].includes(value)
    ? []
    : [`its parameter "target_session_attrs=${value}" is ignored: Shoal needs a server that can be written`]
}

function readTls(known: ReadonlyMap<string, string>): {
  sslMode: SslMode
  sslRootCert?: string | undefined
  sslCert?: string | undefined
  sslKey?: string | undefined
} {
  const written = known.get('sslmode') ?? fromAsyncpg(known.get('ssl'))
  // `no-verify` comes from other clients, and means encryption without checking the certificate.
  const name = written === 'no-verify' ? 'require' : (written ?? 'allow')
  const sslMode = sslModes.find((mode) => mode === name)
  if (!sslMode) {
    throw new Refusal(`its parameter "sslmode=${name}" is not known`, `write one of ${sslModes.join(', ')}`)
  }
  const files = {
    sslRootCert: known.get('sslrootcert'),
    sslCert: known.get('sslcert'),
    sslKey: known.get('sslkey'),
  }
  if (sslMode === 'verify-ca' && !files.sslRootCert) {
    throw new Refusal(
      'its parameter "sslmode=verify-ca" needs the certificate authority',
      'name its file with sslrootcert=, or write sslmode=verify-full',
    )
  }
  return { sslMode, ...files }
}

function fromAsyncpg(ssl: string | undefined): string | undefined {
  if (ssl === undefined) return undefined
  if (/^(true|1|on|yes)$/i.test(ssl)) return 'require'
  return /^(false|0|off|no)$/i.test(ssl) ? 'disable' : ssl
}
