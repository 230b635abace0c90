import type { Findings } from './assemble-config.ts'
import { withoutPassword } from './kinds.ts'
import type { Values } from './variables.ts'

/** The address of PostgreSQL, or null for the embedded store. */
export function findDatabase(store: Values['store'], { problems, warnings }: Findings): string | null {
  const url = store.databaseUrl ?? fromParts(store)
  if (url === null) return null
  if (/^sqlite(\+\w+)?:/i.test(url)) {
    warnings.push(
      `DATABASE_URL names an SQLite file, which stays untouched: the embedded store is shoal.db in DATA_DIR`,
    )
    return null
  }
  const plain = url.replace(/^(postgres(?:ql)?)\+(?:asyncpg|psycopg2?):/i, '$1:')
  if (!/^postgres(ql)?:\/\//i.test(plain)) {
    problems.push({
      variable: 'DATABASE_URL',
      problem: `"${withoutPassword(url)}" is not the address of a PostgreSQL`,
      cure: 'write postgresql://user:password@host:5432/database, or unset it for the embedded store',
    })
  } else if (!URL.canParse(plain)) {
    problems.push({
      variable: 'DATABASE_URL',
      problem: `"${withoutPassword(url)}" cannot be read as a URL`,
      cure: 'escape @ / # ? and % in the password: %40 %2F %23 %3F %25',
    })
  }
  return url
}

function fromParts(store: Values['store']): string | null {
  const { databaseType: type, databaseUser: user, databasePassword: password } = store
  const { databaseHost: host, databasePort: port, databaseName: name } = store
  if (!type || !user || !password || !host || !port || !name) return null
  return `${type}://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${name}`
}
