import type { Insertable, Selectable, Transaction } from 'kysely'
import { cleanText } from '../../base/index.ts'
import type { ConnectionChange, ConnectionRow, Connections } from '../contract/connections.ts'
import type { Engine } from '../engine/engine.ts'
import { columnsOf } from '../schema.ts'
import type { Schema } from '../schema.ts'
import type { SecretBox } from '../secret-box.ts'
import { incrementRevision } from './revisions.ts'

const columns = columnsOf('connection')

interface ConnectionParts {
  engine: Engine
  box: () => SecretBox
  warn: (sentence: string) => void
}

export function createConnections({ engine, box, warn }: ConnectionParts): Connections {
  const toConnection = (row: Selectable<Schema['connection']>): ConnectionRow => {
    const key = row.sealed_key === null ? null : box().open(row.sealed_key, row.id)
    if (key === undefined) {
      warn(
        `the key of connection ${row.name} was stored under another WEBUI_SECRET_KEY: restore that secret, or enter the key again`,
      )
    }
    return {
      id: row.id,
      kind: row.kind,
      name: row.name,
      baseUrl: row.base_url,
      key: key ?? null,
      prefix: row.prefix,
      enabled: Boolean(row.enabled),
      order: row.position,
      continues: row.continues,
      modelIds: JSON.parse(row.model_ids) as string[],
      ...(row.openai_params_only ? { openAiParamsOnly: true } : {}),
    }
  }
  const seal = (key: string | null, id: string): string | null => (key === null ? null : box().seal(key, id))
  return {
    list: () =>
      engine.run(async (db) => {
        const rows = await db
          .selectFrom('connection')
          .select(columns)
          .orderBy('position')
          .orderBy('id')
          .execute()
        return rows.map(toConnection)
      }),
    ...createWriteMethods({ engine, seal, toConnection }),
    ...createLearntMethods(engine),
  }
}

interface WriteMethodsParts {
  engine: Engine
  seal: (key: string | null, id: string) => string | null
  toConnection: (row: Selectable<Schema['connection']>) => ConnectionRow
}

function createWriteMethods({
  engine,
  seal,
  toConnection,
}: WriteMethodsParts): Pick<Connections, 'create' | 'update' | 'delete' | 'incrementRevision'> {
  return {
    create: (connection) =>
      engine.transaction(async (trx) => {
        const { id, kind } = connection
        // First, because it locks the revision's row: of two connections created at once, the second gets the next
        // position.
        await incrementRevision(trx, 'connections')
        const order = connection.order ?? (await nextPosition(trx))
        const row = { id, kind, ...toColumns({ ...connection, order }), sealed_key: seal(connection.key, id) }
        await trx.insertInto('connection').values(row).execute()
        return { ...connection, order }
      }),
    update: (id, change, keepsKey) =>
      engine.transaction(async (trx) => {
        const stored = await trx
          .selectFrom('connection')
          .select(['base_url', 'sealed_key'])
          .where('id', '=', id)
          .$if(engine.kind === 'postgres', (query) => query.forUpdate())
          .executeTakeFirst()
        if (!stored) return undefined
        const { baseUrl, key } = change
        const dropsKey = key === undefined && baseUrl !== undefined && !keepsKey(stored.base_url, baseUrl)
        const row = await trx
          .updateTable('connection')
          .set({
            id,
            ...toColumns(change),
            ...(key !== undefined && { sealed_key: seal(key, id) }),
            ...(dropsKey && { sealed_key: null }),
          })
          .where('id', '=', id)
          .returning(columns)
          .executeTakeFirstOrThrow()
        await incrementRevision(trx, 'connections')
        return { connection: toConnection(row), keyRemoved: dropsKey && stored.sealed_key !== null }
      }),
    delete: (id) =>
      engine.transaction(async (trx) => {
        const row = await trx.deleteFrom('connection').where('id', '=', id).returning('id').executeTakeFirst()
        if (row) await incrementRevision(trx, 'connections')
        return row !== undefined
      }),
    incrementRevision: () =>
      engine.transaction(async (trx) => void (await incrementRevision(trx, 'connections'))),
  }
}

async function nextPosition(trx: Transaction<Schema>): Promise<number> {
  const row = await trx
    .selectFrom('connection')
    .select((eb) => eb.fn.max('position').as('last'))
    .executeTakeFirst()
  return (row?.last ?? -1) + 1
}

type Columns = Omit<Insertable<Schema['connection']>, 'id' | 'kind' | 'sealed_key'>

function toColumns(connection: ConnectionRow): Columns
function toColumns(change: ConnectionChange): Partial<Columns>
function toColumns({
  name,
  baseUrl,
  prefix,
  enabled,
  order,
  continues,
  modelIds,
  openAiParamsOnly,
}: Partial<ConnectionRow>): Partial<Columns> {
  return {
    ...(name !== undefined && { name: cleanText(name) }),
    ...(baseUrl !== undefined && { base_url: cleanText(baseUrl) }),
    ...(prefix !== undefined && { prefix: cleanText(prefix) }),
    ...(enabled !== undefined && { enabled }),
    ...(order !== undefined && { position: order }),
    ...(continues !== undefined && { continues }),
    ...(openAiParamsOnly !== undefined && { openai_params_only: openAiParamsOnly }),
    ...(modelIds !== undefined && { model_ids: JSON.stringify(modelIds.map(cleanText)) }),
  }
}

/** The row of `learnt` that says that an address has worked. No model has this name. */
const addressItself = { model: '', continues: 'listed' }

function createLearntMethods(
  engine: Engine,
): Pick<Connections, 'learnt' | 'learn' | 'hasWorked' | 'recordWorked'> {
  return {
    learnt: (baseUrl, model) =>
      engine.run(async (db) => {
        const row = await db
          .selectFrom('learnt')
          .select('continues')
          .where('base_url', '=', cleanText(baseUrl))
          .where('model', '=', cleanText(model))
          .executeTakeFirst()
        return row?.continues
      }),
    learn: (baseUrl, model, continues) =>
      engine.run(async (db) => {
        await db
          .insertInto('learnt')
          .values({ base_url: cleanText(baseUrl), model: cleanText(model), continues })
          .onConflict((conflict) => conflict.columns(['base_url', 'model']).doUpdateSet({ continues }))
          .execute()
      }),
    hasWorked: (baseUrl) =>
      engine.run(async (db) => {
        const row = await db
          .selectFrom('learnt')
          .select('model')
          .where('base_url', '=', cleanText(baseUrl))
          .where('model', '=', addressItself.model)
          .executeTakeFirst()
        return row !== undefined
      }),
    recordWorked: (baseUrl) =>
      engine.transaction(async (trx) => {
        await incrementRevision(trx, 'connections')
        await trx
          .insertInto('learnt')
          .values({ base_url: cleanText(baseUrl), ...addressItself })
          .onConflict((conflict) => conflict.columns(['base_url', 'model']).doNothing())
          .execute()
      }),
  }
}
