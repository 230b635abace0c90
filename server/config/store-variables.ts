import { boolean, integer, optional, optionalText, seconds, text } from './kinds.ts'
import { variable } from './variable.ts'

export const storeVariables = {
  dataDir: variable('DATA_DIR', {
    kind: text,
    fallback: './data',
    meaning:
      'Folder for the embedded store, the generated secret and the compile cache. A local disk: SQLite does not work on NFS or CIFS.',
  }),
  databaseUrl: variable('DATABASE_URL', {
    kind: optionalText,
    fallback: null,
    secret: 'password',
    meaning:
      'PostgreSQL to keep everything in: `postgres://` or `postgresql://`, also with `+asyncpg` or `+psycopg`; hosts, sockets and `sslmode` as for libpq. Of several hosts the first that can be written is used. Tables live in a schema of their own, `shoal`. Unset: SQLite in DATA_DIR, for one instance.',
  }),
  databaseType: variable('DATABASE_TYPE', {
    kind: optionalText,
    fallback: null,
    meaning:
      'With DATABASE_USER, DATABASE_PASSWORD, DATABASE_HOST, DATABASE_PORT and DATABASE_NAME another way to write DATABASE_URL; read when all six are given and DATABASE_URL is not. `postgresql`.',
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
      'The same database with the user that may change its tables, for `shoal migrate` alone, so that the user in DATABASE_URL needs no such right (deploy/postgres/roles.sql). Unset: DATABASE_URL.',
  }),
  poolSize: variable('DATABASE_POOL_SIZE', {
    kind: integer(1, 1000),
    fallback: 10,
    unit: 'connections',
    meaning:
      "Most connections of one instance to PostgreSQL. All instances together must fit the server's max_connections.",
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
      'Whether a starting instance brings the schema up to date. When false, run `shoal migrate` before.',
  }),
}
