import type { Transaction } from 'kysely'
import type { AccessChange, UserRow, Users } from '../contract/users.ts'
import type { Engine } from '../engine/engine.ts'
import type { Schema } from '../schema.ts'
import { accountColumns, toUser } from './account-row.ts'
import { incrementRevision } from './revisions.ts'

type Outcome = Awaited<ReturnType<Users['changeAccess']>>

interface ChangeAccess {
  id: string
  change: AccessChange
  keepSession?: KeptSession
  revokeKeys?: boolean
}

interface KeptSession {
  id: string
  secretHash: string
}

/** Changes what a user may do and ends the sessions that the change invalidates, in one transaction. */
export function changeAccess(
  engine: Engine,
  { id, change, keepSession, revokeKeys }: ChangeAccess,
): Promise<Outcome> {
  return engine.transaction(async (trx): Promise<Outcome> => {
    const administers = (change.role ?? 'admin') === 'admin' && (change.active ?? true)
    if (!administers && (await isLastAdmin(engine, trx, id))) return { kind: 'last-admin' }
    const row = await trx
      .updateTable('account')
      .set({
        ...(change.passwordHash !== undefined && { password_hash: change.passwordHash }),
        ...(change.tokenEpoch !== undefined && { token_epoch: change.tokenEpoch }),
        ...(change.role !== undefined && { role: change.role }),
        ...(change.active !== undefined && { active: change.active }),
        ...(change.mustChangePassword !== undefined && {
          must_change_password: change.mustChangePassword,
        }),
        access_changed_at: engine.now,
      })
      .where('id', '=', id)
      .returning(accountColumns)
      .executeTakeFirst()
    if (!row) return { kind: 'missing' }
    const user = toUser(row)
    if (change.tokenEpoch !== undefined) await endSessions(engine, trx, { user, keepSession })
    if (revokeKeys) await trx.deleteFrom('api_key').where('user_id', '=', user.id).execute()
    await incrementRevision(trx, 'revocations')
    return { kind: 'changed', user }
  })
}

/** Locks all administrators in a fixed order, so that two of them who demote each other at once do not both succeed. */
async function isLastAdmin(engine: Engine, trx: Transaction<Schema>, id: string): Promise<boolean> {
  const admins = await trx
    .selectFrom('account')
    .select('id')
    .where('role', '=', 'admin')
    .where('active', '=', true)
    .orderBy('id')
    .$if(engine.kind === 'postgres', (query) => query.forUpdate())
    .execute()
  return admins.length === 1 && admins[0]?.id === id
}

async function endSessions(
  engine: Engine,
  trx: Transaction<Schema>,
  { user, keepSession }: { user: UserRow; keepSession: KeptSession | undefined },
): Promise<void> {
  const open = trx.updateTable('session').where('user_id', '=', user.id).where('ended_at', 'is', null)
  await open
    .set({ ended_at: engine.now })
    .where('id', '<>', keepSession?.id ?? '')
    .execute()
  if (!keepSession) return
  // The kept session gets the new epoch, because an open session always has its user's epoch.
  await open
    .set({ epoch: user.tokenEpoch, secret_hash: keepSession.secretHash, secret_since: 0 })
    .where('id', '=', keepSession.id)
    .execute()
}
