import type { Transaction } from 'kysely'
import { cleanText } from '../../base/index.ts'
import type { Folders } from '../contract/folders.ts'
import type { Db, Engine } from '../engine/engine.ts'
import type { Schema } from '../schema.ts'

export function createFolders(engine: Engine): Folders {
  return {
    list: (userId) =>
      engine.run(async (db) => {
        const rows = await folderListQuery(db, userId).execute()
        return rows.map(({ name }) => name)
      }),
    create: (userId, name) => engine.run((db) => insertFolder(engine, db, { userId, name })),
    rename: (userId, from, to) =>
      engine.transaction((trx) =>
        renameFolder(engine, trx, { userId, from: cleanText(from), to: cleanText(to) }),
      ),
    delete: (userId, name) => engine.transaction((trx) => deleteFolder(trx, userId, cleanText(name))),
  }
}

export function folderListQuery(db: Db, userId: string) {
  return db
    .selectFrom('folder')
    .select('folder.name as name')
    .where('folder.user_id', '=', userId)
    .union(
      db
        .selectFrom('chat')
        .select((eb) => eb.ref('chat.folder').$notNull().as('name'))
        .distinct()
        .where('chat.user_id', '=', userId)
        .where('chat.folder', 'is not', null)
        .where('chat.deleted_at', 'is', null),
    )
    .orderBy('name')
}

/** Adds the folder unless it exists. */
export async function insertFolder(
  engine: Engine,
  db: Db | Transaction<Schema>,
  { userId, name }: { userId: string; name: string },
): Promise<void> {
  await db
    .insertInto('folder')
    .values({ user_id: userId, name: cleanText(name), created_at: engine.now })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

async function renameFolder(
  engine: Engine,
  trx: Transaction<Schema>,
  { userId, from, to }: { userId: string; from: string; to: string },
): Promise<'renamed' | 'missing' | 'taken'> {
  const names = (await folderListQuery(trx, userId).execute()).map(({ name }) => name)
  if (!names.includes(from)) return 'missing'
  if (from === to) return 'renamed'
  if (names.includes(to)) return 'taken'
  await trx.deleteFrom('folder').where('user_id', '=', userId).where('name', '=', from).execute()
  await insertFolder(engine, trx, { userId, name: to })
  await trx
    .updateTable('chat')
    .set({ folder: to })
    .where('user_id', '=', userId)
    .where('folder', '=', from)
    .execute()
  return 'renamed'
}

async function deleteFolder(
  trx: Transaction<Schema>,
  userId: string,
  name: string,
): Promise<string[] | undefined> {
  const folder = await trx
    .deleteFrom('folder')
    .where('user_id', '=', userId)
    .where('name', '=', name)
    .returning('name')
    .executeTakeFirst()
  const chats = await trx
    .updateTable('chat')
    .set({ folder: null })
    .where('user_id', '=', userId)
    .where('folder', '=', name)
    .returning(['id', 'deleted_at'])
    .execute()
  if (!folder && chats.length === 0) return undefined
  return chats.flatMap((chat) => (chat.deleted_at === null ? [chat.id] : []))
}
