import { readPostgresUrl } from '../base/index.ts'
import { invalid } from './findings.ts'
import type { Findings } from './findings.ts'
import type { Values } from './variables.ts'

/** The address of PostgreSQL; null if the embedded store is used. */
export function findDatabase(store: Values['store'], findings: Findings): string | null {
  const { problems, warnings } = findings
  const url = store.databaseUrl ?? fromParts(store, findings)
  if (url === null) return null
  if (/^sqlite(\+\w+)?:/i.test(url)) {
    warnings.push(
      `DATABASE_URL names an SQLite file and is ignored; that file stays untouched, and the embedded store is shoal.db in DATA_DIR. Unset DATABASE_URL, or set it to a PostgreSQL database`,
    )
    return null
  }
  const reading = readPostgresUrl(url)
  if (reading.ok) warnings.push(...reading.notes.map((note) => `DATABASE_URL: ${note}`))
  else {
    const { problem, cure } = reading
    const other = /^postgres/i.test(url) ? cure : `${cure}, or unset DATABASE_URL to use the embedded store`
    problems.push(invalid({ about: 'DATABASE_URL', problem, cure: other }))
  }
  return url
}

/** Checks DATABASE_MIGRATION_URL separately, because only `shoal migrate` uses it. */
export function checkedMigrationUrl(
  url: string | null,
  databaseUrl: string | null,
  { problems, warnings }: Findings,
): string | null {
  if (url === null) return null
  const reading = readPostgresUrl(url)
  if (!reading.ok) {
    problems.push(invalid({ about: 'DATABASE_MIGRATION_URL', problem: reading.problem, cure: reading.cure }))
  } else if (databaseUrl === null) {
    warnings.push(
      'DATABASE_MIGRATION_URL has no effect on an instance while DATABASE_URL is not set: set DATABASE_URL too',
    )
  }
  return url
}

function fromParts(store: Values['store'], { warnings }: Findings): string | null {
  const { databaseType: type, databaseUser: user, databasePassword: password } = store
  const { databaseHost: host, databasePort: port, databaseName: name } = store
  const parts = { TYPE: type, USER: user, PASSWORD: password, HOST: host, PORT: port, NAME: name }
  const missing = Object.entries(parts).filter(([, value]) => !value)
  if (type && user && password && host && port && name) {
    const hostPart = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
    const hostAndPort = `${hostPart.startsWith('/') ? encodeURIComponent(hostPart) : hostPart}:${port}`
    return `${type}://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${hostAndPort}/${encodeURIComponent(name)}`
  }
  // An operator who sets the host wants PostgreSQL, so using the embedded store instead needs a warning.
  if (host) {
    const names = missing.map(([part]) => `DATABASE_${part}`).join(', ')
    warnings.push(`DATABASE_HOST has no effect: set ${names} too, or set DATABASE_URL instead`)
  }
  return null
}
