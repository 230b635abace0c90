import type { SecretChange } from '../contract/fleet.ts'
import type { Engine } from '../engine/engine.ts'
import { SecretBox } from '../secret-box.ts'
import { raiseRevision } from './revisions.ts'

/**
 * Puts another secret in place of the installation's, in one transaction: the keys of providers are sealed under it.
 * Sessions end by themselves, since their tokens were signed under the former one. `wrong`: that was not the former one.
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
      // One that did not open before is left: its connection says so.
      if (key === undefined) continue
      await trx
        .updateTable('connection')
        .set({ sealed_key: after.seal(key, id) })
        .where('id', '=', id)
        .execute()
      keys++
    }
    await raiseRevision(trx, 'connections')
    return { keys }
  })
}
