import { AppError } from '../../protocol/errors.ts'
import type { ApiKeyView } from '../../protocol/http/api-keys.ts'
import { cleanText, newId } from '../base/index.ts'
import type { ApiKeyRow } from '../store/contract/sessions.ts'
import { makeApiKey } from './api-key.ts'
import type { UseCase } from '../use-case.ts'
import { requireAdmin, requireSession } from './caller.ts'
import type { Context, OperatorContext } from './context.ts'
import { withRevocation } from './with-revocation.ts'

/** More keys than a user needs, and few enough to list without paging. */
const maxKeys = 100

/** The caller's keys, newest first. */
export function createListApiKeys({ store }: Pick<Context, 'store'>): UseCase<'listApiKeys'> {
  return async (caller) => {
    const keys = await store.apiKeys.ofUser(caller.user.id)
    return { items: keys.map(presentApiKey) }
  }
}

/** Creates a key for the caller. The response is the only place that shows it. */
export function createCreateApiKey(context: Context): UseCase<'createApiKey'> {
  return async (caller, { body }) => {
    requireSession(caller)
    return makeApiKeyFor(context, caller.user.id, body)
  }
}

/** Creates a key for any user; also used by the command line. */
export async function makeApiKeyFor(
  { store, clock }: Pick<OperatorContext, 'store' | 'clock'>,
  userId: string,
  { name, expiresAt }: { name: string; expiresAt?: number | undefined },
): Promise<ApiKeyView & { key: string }> {
  const now = clock.now()
  if (expiresAt !== undefined && expiresAt <= now) {
    throw new AppError('bad_request', { field: 'expiresAt', message: 'expiresAt must be in the future.' })
  }
  if ((await store.apiKeys.ofUser(userId)).length >= maxKeys) {
    throw new AppError('bad_request', {
      message: `This account has ${maxKeys} API keys, which is the maximum. Revoke one that is no longer needed.`,
    })
  }
  const { key, hash, hint } = makeApiKey()
  const row: ApiKeyRow = {
    id: newId(now),
    userId,
    name: cleanText(name),
    hash,
    hint,
    createdAt: now,
    lastUsedAt: null,
    expiresAt: expiresAt ?? null,
    suspended: false,
  }
  await store.apiKeys.create(row)
  return { ...presentApiKey(row), key }
}

/** Revokes one of the caller's keys. Throws `not_found` if the key does not exist or belongs to another user. */
export function createDeleteApiKey(context: Context): UseCase<'deleteApiKey'> {
  return async (caller, { params }) => {
    requireSession(caller)
    return deleteKeyOf(context, caller.user.id, params.id)
  }
}

async function deleteKeyOf(context: Context, userId: string, id: string): Promise<{ ok: true }> {
  // The revocation feed names users and sessions, not keys, so all open connections of this user are rechecked.
  const deleted = await withRevocation(context, { userIds: [userId] }, () =>
    context.store.apiKeys.delete(id, userId),
  )
  if (!deleted) throw new AppError('not_found')
  return { ok: true }
}

/** Lists the keys of any account, for administrators. */
export function createListUserApiKeys({ store }: Pick<Context, 'store'>): UseCase<'listUserApiKeys'> {
  return async (caller, { params }) => {
    requireAdmin(caller)
    if (!(await store.users.byId(params.id))) throw new AppError('not_found')
    const keys = await store.apiKeys.ofUser(params.id)
    return { items: keys.map(presentApiKey) }
  }
}

/** Revokes a key of any account, for administrators. */
export function createRevokeApiKey(context: Context): UseCase<'revokeApiKey'> {
  return async (caller, { params }) => {
    requireAdmin(caller)
    const userId = await context.store.apiKeys.ownerOf(params.id)
    if (userId === undefined) throw new AppError('not_found')
    return deleteKeyOf(context, userId, params.id)
  }
}

function presentApiKey(row: ApiKeyRow): ApiKeyView {
  const { id, name, hint, createdAt, lastUsedAt, expiresAt, suspended } = row
  return { id, name, hint, createdAt, lastUsedAt, expiresAt, suspended }
}
