import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import type { ConnectionOptions } from 'node:tls'
import pg from 'pg'
import type { PostgresAddress, PostgresHost } from '../../base/index.ts'
import { StoreError } from '../store.ts'

/** The address of one connection attempt, and whether it uses TLS. */
export interface Target {
  host: string
  port: number
  ssl: false | ConnectionOptions
}

/**
 * The targets that an address allows: each host, with and without TLS in the order of its sslmode, as libpq tries them.
 * New connections use the target that worked last.
 */
export class ConnectionTargets {
  readonly #hosts: Target[][]
  #host = 0
  #mode = 0
  /** How often the current target has changed. */
  changes = 0

  constructor(address: PostgresAddress) {
    const tls = readTls(address)
    this.#hosts = address.hosts.map((host) => targetsOf(host, address, tls))
  }

  get current(): Target {
    const target = this.#hosts[this.#host]?.[this.#mode]
    if (target) return target
    throw new Error('a PostgreSQL address needs at least one host')
  }

  /** The number of targets. */
  get count(): number {
    return this.#hosts.flat().length
  }

  /** With several hosts, only a host that accepts writes is used. */
  get severalHosts(): boolean {
    return this.#hosts.length > 1
  }

  /** Reports that a target failed: the next one becomes current, unless another connection has already changed it. */
  reportFailure(target: Target, error: unknown): void {
    if (target !== this.current) return
    const ways = this.#hosts[this.#host]?.length ?? 1
    if (this.#mode + 1 < ways && mayDependOnTls(target, error)) this.#mode++
    else {
      this.#host = (this.#host + 1) % this.#hosts.length
      this.#mode = 0
    }
    if (this.current !== target) this.changes++
  }
}

/** Connects to the target that is current when the client is created, and reports a failure to `ConnectionTargets`. */
class TargetClient extends pg.Client {
  readonly #targets: ConnectionTargets
  readonly #target: Target

  constructor(targets: ConnectionTargets, config: pg.ClientConfig = {}) {
    const target = targets.current
    const { password } = config
    // The pool makes `password` non-enumerable, so a spread copy of its options lacks it.
    super({ ...config, ...(password === undefined ? {} : { password }), ...target })
    this.#targets = targets
    this.#target = target
  }

  override connect(): Promise<this>
  override connect(callback: (error: Error) => void): void
  override connect(callback?: (error: Error) => void): Promise<this> | undefined {
    if (!callback) throw new Error('the pool connects with a callback')
    super.connect((error: Error) => {
      // Null on success, although its type does not say so.
      if (error as Error | null) this.reportFailure(error)
      callback(error)
    })
    return undefined
  }

  reportFailure(error: unknown): void {
    this.#targets.reportFailure(this.#target, error)
  }
}

/** Returns a client class for a pool, which creates its clients itself. */
export function clientsOf(targets: ConnectionTargets): new (config?: pg.ClientConfig) => pg.Client {
  return class extends TargetClient {
    constructor(config?: pg.ClientConfig) {
      super(targets, config)
    }
  }
}

function targetsOf(
  { host, port, address }: PostgresHost,
  { sslMode }: PostgresAddress,
  tls: ConnectionOptions,
): Target[] {
  const plain: Target = { host: address ?? host, port, ssl: false }
  const encrypted: Target = { ...plain, ssl: address === undefined ? tls : { ...tls, servername: host } }
  // A Unix socket is never encrypted, whatever the mode.
  if (sslMode === 'disable' || host.startsWith('/')) return [plain]
  if (sslMode === 'allow') return [plain, encrypted]
  return sslMode === 'prefer' ? [encrypted, plain] : [encrypted]
}

/** Whether the same server may accept a connection with TLS instead of without, or the reverse. */
function mayDependOnTls({ ssl }: Target, error: unknown): boolean {
  // 28: no entry of pg_hba.conf matches. 08P01: a pooler that requires TLS.
  if (error instanceof pg.DatabaseError) return /^(28|08P01)/.test(error.code ?? '')
  if (ssl === false || !(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  return (
    /does not support SSL|Connection terminated|socket disconnected/i.test(error.message) ||
    /^(ERR_SSL|ERR_TLS|EPROTO|ECONNRESET)/.test(code)
  )
}

function readTls({ sslMode, sslRootCert, sslCert, sslKey }: PostgresAddress): ConnectionOptions {
  const checked = sslMode.startsWith('verify-') || (sslMode === 'require' && sslRootCert !== undefined)
  const authority =
    sslRootCert === undefined
      ? undefined
      : sslRootCert === 'system'
        ? [...rootCertificates]
        : readFile(sslRootCert, 'sslrootcert')
  return {
    ...(checked && authority !== undefined ? { ca: authority } : {}),
    ...(sslCert === undefined ? {} : { cert: readFile(sslCert, 'sslcert') }),
    ...(sslKey === undefined ? {} : { key: readFile(sslKey, 'sslkey') }),
    rejectUnauthorized: checked,
    // Only verify-full checks that the certificate is for this host name.
    ...(checked && sslMode !== 'verify-full' ? { checkServerIdentity: () => undefined } : {}),
  }
}

function readFile(path: string, parameter: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    throw new Error(
      `DATABASE_URL: the file ${path} of its parameter "${parameter}" cannot be read (${reason}): set the path of a file that the Shoal process can read`,
      { cause },
    )
  }
}

/** Called if there are several hosts: rejects, and makes the next target current, if this one accepts no writes. */
export async function expectWritable(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ blocked: boolean }>(
    `select current_setting('transaction_read_only') = 'on' as blocked`,
  )
  if (rows[0]?.blocked !== true) return
  const error = new StoreError('unavailable', 'none of the reachable hosts in DATABASE_URL accepts writes')
  if (client instanceof TargetClient) client.reportFailure(error)
  throw error
}
