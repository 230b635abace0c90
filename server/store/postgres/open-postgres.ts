import { Kysely } from 'kysely'
import pg from 'pg'
import { readPostgresUrl, withDeadline } from '../../base/index.ts'
import type { Clock, Logger } from '../../base/index.ts'
import { createEngine } from '../engine/engine.ts'
import type { Engine } from '../engine/engine.ts'
import { StoreTroubles } from '../engine/store-troubles.ts'
import type { Schema } from '../schema.ts'
import { clientsOf, ConnectionTargets, expectWritable } from './connection-targets.ts'
import { postgresDialect } from './postgres-driver.ts'

export interface PostgresOptions {
  databaseUrl: string
  clock: Clock
  logger: Logger
  /** Default: an instance of its own that only logs. */
  troubles?: StoreTroubles
  poolSize: number
  connectMs: number
  statementMs: number
}

/** Reads bigint as number: times and counters stay far below 2^53. Set per client, not globally for the pg module. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((...about: Parameters<typeof pg.types.getTypeParser>) =>
    about[0] === pg.types.builtins.INT8
      ? Number
      : pg.types.getTypeParser(...about)) as typeof pg.types.getTypeParser,
}

export interface PostgresEngine extends Engine {
  /** Whether any connection so far went through a pooler. */
  pooled(): boolean
}

/** Opens a pool that connects when it is first used. */
export function openPostgres(options: PostgresOptions): PostgresEngine {
  const { databaseUrl, clock, logger, poolSize, connectMs, statementMs } = options
  const troubles = options.troubles ?? new StoreTroubles(clock, logger)
  const { targets, config } = readTargets(databaseUrl, connectMs)
  let pooled = false
  const pool = new pg.Pool({
    ...config,
    Client: clientsOf(targets),
    max: poolSize,
    idleTimeoutMillis: 30_000,
    // oxlint-disable-next-line typescript/no-misused-promises -- the pool waits for it, though its type does not say so
    onConnect: async (client) => {
      if (targets.severalHosts) await withDeadline(expectWritable(client), connectMs, 'a new connection')
      troubles.resolve('connections')
      pooled = (await setSession(client, { connectMs, statementMs })) === 'pooled' || pooled
    },
  })
  const lost = (error: Error): void => logger.warn({ err: error }, 'a connection to PostgreSQL was lost')
  pool.on('error', lost)
  // The pool has no error listener on a checked-out connection: without this one, its loss would end the process.
  pool.on('connect', (client) => client.on('error', () => {}))
  const db = new Kysely<Schema>({
    dialect: postgresDialect({ pool, targets, statementMs, cancel: cancelOn }),
  }).withSchema('shoal')
  const close = (): Promise<void> => db.destroy()
  const engine = createEngine({ kind: 'postgres', db, clock, troubles, deadlineMs: statementMs, close })
  return { ...engine, pooled: () => pooled }
}

function readTargets(
  databaseUrl: string,
  connectMs: number,
): { targets: ConnectionTargets; config: pg.ClientConfig } {
  const reading = readPostgresUrl(databaseUrl)
  if (!reading.ok) throw new Error(`DATABASE_URL: ${reading.problem}; ${reading.cure}`)
  const { user, password, database, options, applicationName = 'shoal' } = reading.address
  return {
    targets: new ConnectionTargets(reading.address),
    config: {
      ...(user === undefined ? {} : { user }),
      ...(password === undefined ? {} : { password }),
      ...(database === undefined ? {} : { database }),
      ...(options === undefined ? {} : { options }),
      types,
      application_name: applicationName,
      keepAlive: true,
      connectionTimeoutMillis: connectMs,
    },
  }
}

/**
 * Sets the server's deadlines for a session that belongs to this client alone. Behind a pooler the session is shared,
 * so the deadlines are only set in transactions, and single statements only have the deadline of this process. A pooler
 * is recognised by the process id in its greeting, which is not that of the backend.
 */
async function setSession(
  client: pg.ClientBase,
  { connectMs, statementMs }: { connectMs: number; statementMs: number },
): Promise<'direct' | 'pooled'> {
  const greeted: unknown = 'processID' in client ? client.processID : undefined
  const { rows } = await withDeadline(
    client.query<{ pid: number }>('select pg_backend_pid() as pid'),
    connectMs,
    'a new connection',
  )
  if (rows[0]?.pid !== greeted) return 'pooled'
  const settings = `set statement_timeout = ${statementMs}; set idle_in_transaction_session_timeout = ${2 * statementMs}`
  await withDeadline(client.query(settings), connectMs, 'a new connection')
  return 'direct'
}

/** Cancels a statement over a separate connection, as the protocol requires; the server sends no reply to it. */
function cancelOn(stuck: pg.PoolClient): void {
  const key = stuck as unknown as {
    processID: number | null
    secretKey: unknown
    host: string
    port: number
    ssl: pg.ClientConfig['ssl']
  }
  if (key.processID === null) return
  const { ssl = false } = key
  const canceller = new pg.Client({ host: key.host, port: key.port, ssl }) as unknown as {
    host: string
    port: number
    connection: {
      stream: { destroy(): void }
      connect(port: number | string, host?: string): void
      on(event: 'connect' | 'error', listener: () => void): void
      cancel(processId: number, secretKey: unknown): void
    }
  }
  const { connection, host, port } = canceller
  const { processID } = key
  connection.on('error', () => connection.stream.destroy())
  connection.on('connect', () => connection.cancel(processID, key.secretKey))
  if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`)
  else connection.connect(port, host)
}
