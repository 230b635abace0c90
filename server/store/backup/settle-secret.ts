import type { Transaction } from 'kysely'
import type { Schema } from '../schema.ts'

export interface SecretOptions {
  /** Fingerprint of WEBUI_SECRET_KEY if the environment sets it; null if Shoal stores a generated secret. */
  fingerprint: string | null
  /** Writes the secret to DATA_DIR, for an embedded installation. */
  keepSecret: (secret: string) => void
}

/**
 * `kept`: the secret for provider keys and tokens is in place. `needed`: the environment has to set WEBUI_SECRET_KEY to
 * the value with which the data was created.
 */
export type SecretOutcome = 'kept' | 'needed'

export interface SettleSecretOptions extends SecretOptions {
  kind: 'sqlite' | 'postgres'
  /** A generated secret that the source had in DATA_DIR, and not in its rows. */
  carried: string | null
}

/**
 * Stores a generated secret where the target installation reads it: in the database or in DATA_DIR. If the environment
 * sets WEBUI_SECRET_KEY, it has to be the same secret: throws if it is not, because sign-ins and provider keys would be
 * lost unnoticed.
 */
export async function settleSecret(
  trx: Transaction<Schema>,
  { kind, carried, fingerprint, keepSecret }: SettleSecretOptions,
): Promise<SecretOutcome> {
  const row = await trx.selectFrom('installation').select(['secret', 'secret_fingerprint']).executeTakeFirst()
  if (!row) return 'kept'
  if (fingerprint !== null) {
    if (row.secret_fingerprint === null || row.secret_fingerprint === fingerprint) return 'kept'
    throw new Error(
      'WEBUI_SECRET_KEY is not the one with which the data was created: set the former value, or unset it if Shoal had generated it; nothing was kept',
    )
  }
  const secret = carried ?? row.secret
  if (secret === null) return row.secret_fingerprint === null ? 'kept' : 'needed'
  if (kind === 'sqlite') keepSecret(secret)
  await trx
    .updateTable('installation')
    .set({ secret: kind === 'sqlite' ? null : secret })
    .execute()
  return 'kept'
}
