import type { Clock } from '../base/index.ts'
import { verifyConnection } from './create-upstream.ts'
import type { UpstreamOptions } from './create-upstream.ts'
import type { ConnectionConfig } from './upstream.ts'
import { UpstreamError } from './upstream-error.ts'

/** The result of testing a connection, as the page shows it. */
export type ConnectionCheck =
  | { ok: true; models: string[] }
  | ({ ok: false } & ReturnType<UpstreamError['toFailure']>)

/** Tests a connection. An `UpstreamError` becomes part of the result; any other error is a bug and rejects. */
export async function checkConnection(
  connection: ConnectionConfig,
  options: UpstreamOptions,
  signal: AbortSignal,
): Promise<ConnectionCheck> {
  try {
    const models = await verifyConnection(connection, options, signal)
    return { ok: true, models: models.map(({ id }) => id) }
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    return { ok: false, ...error.toFailure() }
  }
}

export type LocalOllama =
  | { found: true; baseUrl: string; models: string[] }
  | { found: false; baseUrl: string }

const baseUrl = 'http://127.0.0.1:11434'

/** Finds an Ollama server on this machine, within 1.5 s. Never rejects. */
export async function discoverOllama(clock: Clock, signal: AbortSignal): Promise<LocalOllama> {
  try {
    const soon = AbortSignal.any([signal, AbortSignal.timeout(1500)])
    const models = await verifyConnection({ kind: 'ollama', baseUrl, key: null }, { clock }, soon)
    return { found: true, baseUrl, models: models.map(({ id }) => id) }
  } catch {
    // Nothing listens there, or it is not Ollama.
    return { found: false, baseUrl }
  }
}
