import { boolean, integer, optional, optionalText, seconds, text } from './kinds.ts'
import { variable } from './variable.ts'

export const storeVariables = {
  dataDir: variable('DATA_DIR', {
    kind: text,
    fallback: './data',
    meaning:
      'Folder for the embedded store, the generated secret and the compile cache. It must be on a local disk: SQLite does not work on NFS or CIFS.',
  }),
  databaseUrl: variable('DATABASE_URL', {
    kind: optionalText,
    fallback: null,
    secret: 'password',
    meaning:
      'Address of the PostgreSQL database for all data: `postgres://…` or `postgresql://…`, optionally with `+asyncpg` or `+psycopg`. Hosts, sockets and `sslmode` work as in libpq; of several hosts, Shoal uses the first that accepts writes. Shoal keeps its tables in its own schema, `shoal`. Unset: SQLite in DATA_DIR, for a single instance.',
  }),
  databaseType: variable('DATABASE_TYPE', {
    kind: optionalText,
    fallback: null,
    meaning:
      'Write `postgresql`. Together with DATABASE_USER, DATABASE_PASSWORD, DATABASE_HOST, DATABASE_PORT and DATABASE_NAME, this is another way to set DATABASE_URL. The six variables apply only if all of them are set and DATABASE_URL is not.',
  }),
  databaseUser: variable('DATABASE_USER', {
    kind: optionalText,
    fallback: null,
    meaning: 'See DATABASE_TYPE.',
  }),
  databasePassword: variable('DATABASE_PASSWORD', {
    kind: optionalText,
    fallback: null,
    secret: 'all',
    meaning: 'See DATABASE_TYPE.',
  }),
  databaseHost: variable('DATABASE_HOST', {
    kind: optionalText,
    fallback: null,
    meaning: 'See DATABASE_TYPE.',
  }),
  databasePort: variable('DATABASE_PORT', {
    kind: optional(integer(1, 65_535)),
    fallback: null,
    meaning: 'See DATABASE_TYPE.',
  }),
  databaseName: variable('DATABASE_NAME', {
    kind: optionalText,
    fallback: null,
    meaning: 'See DATABASE_TYPE.',
  }),
  migrationUrl: variable('DATABASE_MIGRATION_URL', {
    kind: optionalText,
    fallback: null,
    secret: 'password',
    meaning:
      'Address of the same database with a user that may change tables. Only `shoal migrate` uses it, so the user in DATABASE_URL does not need that right (see deploy/postgres/roles.sql). Unset: DATABASE_URL.',
  }),
  poolSize: variable('DATABASE_POOL_SIZE', {
    kind: integer(1, 1000),
    fallback: 10,
    unit: 'connections',
    meaning:
      'Maximum number of connections from one instance to PostgreSQL. The sum over all instances must stay below max_connections of the database.',
  }),
  startTimeoutMs: variable('DATABASE_START_TIMEOUT', {
    kind: seconds(0, 86_400),
    fallback: 120_000,
    fallbackText: '120',
    unit: 'seconds',
    meaning: 'How long a starting instance tries to reach PostgreSQL before it gives up.',
  }),
  migrate: variable('ENABLE_DB_MIGRATIONS', {
    kind: boolean,
    fallback: true,
    meaning:
      'Whether a starting instance updates the database schema. If false, run `shoal migrate` before you start a new version.',
  }),
}
