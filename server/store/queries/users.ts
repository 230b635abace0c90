import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { cleanText } from '../../base/index.ts'
import type { NewUser, UserFilter, UserRow, UserSort, Users } from '../contract/users.ts'
import { readCursor, readTextCursor, toPage } from '../cursor.ts'
import type { Db, Engine } from '../engine/engine.ts'
import { accountColumns, toUser } from './account-row.ts'
import { changeAccess } from './change-access.ts'

export function createUsers(engine: Engine): Users {
  return {
    create: (user, options = {}) => (options.onlyFirst ? createFirst(engine, user) : create(engine, user)),
    count: () =>
      engine.run(async (db) => {
        const row = await db
          .selectFrom('account')
          .select((eb) => eb.fn.countAll<number>().as('n'))
          .executeTakeFirstOrThrow()
        return row.n
      }),
    byId: (id) => find(engine, 'id', id),
    byEmail: (email) => find(engine, 'email_key', emailKey(email)),
    list: (query) => list(engine, query),
    counts: (filter) => counts(engine, filter),
    rename: (id, given) =>
      engine.run(async (db) => {
        const name = cleanText(given)
        const row = await db
          .updateTable('account')
          // `search` is the name and the address, separated by a line break that no query contains.
          .set({ name, search: sql<string>`${`${name.toLowerCase()}\n`} || email_key` })
          .where('id', '=', id)
          .returning(accountColumns)
          .executeTakeFirst()
        return row && toUser(row)
      }),
    changePreferences: (id, change) =>
      engine.transaction(async (trx) => {
        const row = await trx
          .selectFrom('account')
          .select('preferences')
          .where('id', '=', id)
          .$if(engine.kind === 'postgres', (query) => query.forUpdate())
          .executeTakeFirst()
        if (!row) return undefined
        const preferences = cleanText(JSON.stringify({ ...asObject(JSON.parse(row.preferences)), ...change }))
        await trx.updateTable('account').set({ preferences }).where('id', '=', id).execute()
        return preferences
      }),
    changeAccess: (id, change, options = {}) => changeAccess(engine, { id, change, ...options }),
    touch: (id, at) =>
      engine.run(async (db) => {
        await db
          .updateTable('account')
          .set({ last_active_at: at })
          .where('id', '=', id)
          .where((eb) => eb.or([eb('last_active_at', 'is', null), eb('last_active_at', '<', at)]))
          .execute()
      }),
  }
}

function list(engine: Engine, query: Parameters<Users['list']>[0]): ReturnType<Users['list']> {
  return engine.run(async (db) => {
    const { sort = 'newest', cursor } = query
    const after = sort === 'name' ? readTextCursor(cursor) : readCursor(cursor)
    const rows = await userListQuery(engine, db, { ...query, sort, after }).execute()
    return toPage(rows, query.limit, { key: (row) => [row.sort_key, row.id], map: toUser })
  })
}

function counts(engine: Engine, filter: UserFilter): ReturnType<Users['counts']> {
  return engine.run((db) =>
    db
      .selectFrom('account')
      .select((eb) => [
        eb.fn.countAll<number>().filterWhere(matching(engine, filter)).as('total'),
        eb.fn
          .countAll<number>()
          .filterWhere(sql<boolean>`account.role = 'pending' and account.active`)
          .as('pending'),
      ])
      .executeTakeFirstOrThrow(),
  )
}

function emailKey(email: string): string {
  return cleanText(email).toLowerCase()
}

function find(engine: Engine, column: 'id' | 'email_key', value: string): Promise<UserRow | undefined> {
  return engine.run(async (db) => {
    const row = await db
      .selectFrom('account')
      .select(accountColumns)
      .where(column, '=', cleanText(value))
      .executeTakeFirst()
    return row && toUser(row)
  })
}

function newRow(engine: Engine, user: NewUser) {
  const name = cleanText(user.name)
  const key = emailKey(user.email)
  return {
    id: user.id,
    email: cleanText(user.email),
    email_key: key,
    name,
    search: `${name.toLowerCase()}\n${key}`,
    password_hash: user.passwordHash,
    role: user.role,
    token_epoch: user.tokenEpoch,
    created_at: engine.now,
    must_change_password: user.mustChangePassword ?? false,
  }
}

function create(engine: Engine, user: NewUser): Promise<'created' | 'email-taken'> {
  return engine.run(async (db) => {
    const made = await db
      .insertInto('account')
      .values(newRow(engine, user))
      .onConflict((conflict) => conflict.column('email_key').doNothing())
      .returning('id')
      .executeTakeFirst()
    return made ? 'created' : 'email-taken'
  })
}

/** The row of `first_account` decides: a simultaneous second insert waits for the first one and then does nothing. */
function createFirst(engine: Engine, user: NewUser): Promise<'created' | 'not-first'> {
  return engine.transaction(async (trx) => {
    const first = await trx
      .insertInto('first_account')
      .columns(['one', 'account_id'])
      .expression(
        sql`select 1, cast(${user.id} as text) where not exists (select 1 from ${engine.table('account')})`,
      )
      .onConflict((conflict) => conflict.column('one').doNothing())
      .returning('one')
      .executeTakeFirst()
    if (!first) return 'not-first'
    await trx
      .insertInto('account')
      .values({ ...newRow(engine, user), role: 'admin' })
      .execute()
    return 'created'
  })
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {}
}

/** SQL for whether an account matches a filter. */
function matching(engine: Engine, { q = '', role }: UserFilter): RawBuilder<boolean> {
  const words = q.split(/\s+/).filter((word) => word !== '')
  const conditions = words.map((word) => engine.containsUnaccented(word, sql`account.search`))
  if (role !== undefined) conditions.push(sql<boolean>`account.role = ${role}`)
  return conditions.length === 0 ? sql<boolean>`1 = 1` : sql<boolean>`(${sql.join(conditions, sql` and `)})`
}

interface UserListQuery extends UserFilter {
  sort?: UserSort
  after: { at: number | string; id: string } | undefined
  limit: number
}

/** A page after the key `after`; one row more than `limit`, which shows whether there is a next page. */
export function userListQuery(
  engine: Engine,
  db: Db,
  { sort = 'newest', after, limit, ...filter }: UserListQuery,
) {
  const keys: Record<UserSort, RawBuilder<number | string>> = {
    newest: sql<number | string>`account.created_at`,
    active: sql<number | string>`coalesce(account.last_active_at, 0)`,
    name: sql<number | string>`${engine.sortKey(sql`account.search`)}`,
  }
  const [key, direction] = [keys[sort], sort === 'name' ? 'asc' : 'desc'] as const
  const comes = sort === 'name' ? sql`>` : sql`<`
  return db
    .selectFrom('account')
    .select(accountColumns)
    .select(key.as('sort_key'))
    .where(matching(engine, filter))
    .$if(after !== undefined, (query) =>
      query.where(sql<boolean>`(${key}, account.id) ${comes} (${after?.at}, ${after?.id})`),
    )
    .orderBy(key, direction)
    .orderBy('account.id', direction)
    .limit(limit + 1)
}
