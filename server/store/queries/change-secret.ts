import type { SecretChange } from '../contract/fleet.ts'
import type { Engine } from '../engine/engine.ts'
import { SecretBox } from '../secret-box.ts'
import { incrementRevision } from './revisions.ts'

/**
 * Replaces the installation's secret in one transaction and encrypts the provider keys with the new one. All sessions
 * end without further action, because their tokens were signed with the former secret. `wrong`: `change.former` is not
 * the current secret.
 */
export function changeSecret(engine: Engine, change: SecretChange): Promise<{ keys: number } | 'wrong'> {
  return engine.transaction(async (trx) => {
    const installation = await trx
      .updateTable('installation')
      .set({ secret_fingerprint: change.nextFingerprint, secret: null })
      .where('secret_fingerprint', '=', change.formerFingerprint)
      .returning('id')
      .executeTakeFirst()
    if (!installation) return 'wrong'
    const [before, after] = [new SecretBox(change.former), new SecretBox(change.next)]
    const rows = await trx
      .selectFrom('connection')
      .select(['id', 'sealed_key'])
      .where('sealed_key', 'is not', null)
      .execute()
    let keys = 0
    for (const { id, sealed_key: sealed } of rows) {
      const key = before.open(sealed ?? '', id)
      // A key that could not be opened before is left as it is; listing the connection warns about it.
      if (key === undefined) continue
      await trx
        .updateTable('connection')
        .set({ sealed_key: after.seal(key, id) })
        .where('id', '=', id)
        .execute()
      keys++
    }
    await incrementRevision(trx, 'connections')
    return { keys }
  })
}
