import type { Transaction } from 'kysely'
import type { Schema } from '../schema.ts'

export interface SecretOptions {
  /** Fingerprint of WEBUI_SECRET_KEY where the environment gives it; null where Shoal keeps one itself. */
  fingerprint: string | null
  /** Keeps a secret in DATA_DIR, for an embedded place. */
  keepSecret: (secret: string) => void
}

/**
 * `kept`: what opens provider keys and tokens is in place. `needed`: the environment has to give WEBUI_SECRET_KEY as it
 * was where the data comes from.
 */
export type SecretOutcome = 'kept' | 'needed'

export interface SettleSecretOptions extends SecretOptions {
  kind: 'sqlite' | 'postgres'
  /** A generated secret that came beside the rows. */
  carried: string | null
}

/**
 * Puts the secret where this place looks for it: a generated one into the database or into DATA_DIR; one of the
 * environment has to be the same. Throws where it is another: sign-ins and provider keys would be lost unseen.
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
      'WEBUI_SECRET_KEY is not the one that the data was made with: give the former one, or unset it if Shoal had generated it; nothing was kept',
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
