import { sql } from 'kysely'
import { silentLogger, systemClock } from '../../server/base/index.ts'
import { indexMessages } from '../../server/shared-state/index-messages.ts'
import { createStore } from '../../server/store/create-store.ts'
import type { Engine } from '../../server/store/engine/engine.ts'
import { StoreTroubles } from '../../server/store/engine/store-troubles.ts'
import { migrate } from '../../server/store/migrate.ts'
import { openPostgres } from '../../server/store/postgres/open-postgres.ts'
import { openSqlite } from '../../server/store/sqlite/open-sqlite.ts'
import type { Store } from '../../server/store/store.ts'
import { startPostgresServer } from '../../test/support/postgres-server.ts'
import { givenUser } from '../../test/support/store-fixture.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import type { Measure, Row } from '../measure.ts'
import { fillMessages } from '../support/fill-messages.ts'
import { removeTriggers, searchIndexBytes, walBytes } from '../support/search-database.ts'

/** One user has them all, which is the worst case: 1,000,000 messages. */
const amount = { chats: 50_000, messagesPerChat: 20 }
const budget = { searchMs: 150, disk: 1.5, answerMs: 2, lockMs: 1000 }
/** Frequent and rare words, parts of words, two letters, and words that are in the same text only seldom. */
const found = ['the instance', 'redis sentinel', 'kalomiren', 'renvas', 'an of', 'gura']
const notFound = ['zzqqj', 'zq', '中文', 'zzxx the', 'quietly bananas', 'the zebra crossing']

export const search: Measure = {
  name: 'search',
  about: 'search among 1,000,000 messages of one user on both databases; about 15 minutes',
  async run(): Promise<Row[]> {
    return [...(await onSqlite()), ...(await onPostgres())]
  },
}

async function onSqlite(): Promise<Row[]> {
  await using folder = await temporaryFolder('bench-search')
  const engine = openSqlite({ dataDir: folder.path, clock: systemClock, statementMs: 5000, warn: () => {} })
  return measureSearch('SQLite', engine)
}

async function onPostgres(): Promise<Row[]> {
  const server = await startPostgresServer({ settings: { full_page_writes: 'on' } })
  try {
    const options = {
      clock: systemClock,
      logger: silentLogger,
      connectMs: 5000,
      statementMs: 5000,
      poolSize: 4,
    }
    return await measureSearch(
      'PostgreSQL',
      openPostgres({ databaseUrl: await server.createDatabase(), ...options }),
    )
  } finally {
    await server.stop()
  }
}

async function measureSearch(name: string, engine: Engine): Promise<Row[]> {
  try {
    await migrate(engine, { apply: true })
    const troubles = new StoreTroubles(systemClock, silentLogger)
    const store = createStore({ engine, secret: 's', warn: () => {}, clock: systemClock, troubles })
    const { id: userId } = await givenUser(store)
    const textBytes = await fillMessages(engine, { userId, ...amount })
    const build = await measureBuild(engine, store, textBytes)
    const rows = [
      await searchRow(store, userId, {
        name: `search/first/${name}`,
        what: 'first page of results',
        queries: found,
      }),
      await searchRow(store, userId, {
        name: `search/nothing/${name}`,
        what: 'nothing found',
        queries: notFound,
      }),
      await titlesRow(store, userId, name),
      ...build,
      await answerRow(engine, name),
    ]
    return rows.map((row) => ({ ...row, what: `${name}: ${row.what}` }))
  } finally {
    await engine.close()
  }
}

/** Builds the index while another program writes, as the job does after an upgrade. */
async function measureBuild(engine: Engine, store: Store, textBytes: number): Promise<Row[]> {
  const [began, walBefore] = [performance.now(), await walBytes(engine)]
  const writes = watchWrites(engine)
  await indexMessages(store, {
    signal: new AbortController().signal,
    progress: null,
    report: async () => {},
  })
  const longestMs = await writes.stop()
  const minutes = (performance.now() - began) / 60_000
  const wal = ((await walBytes(engine)) - walBefore) / textBytes
  const disk = (await searchIndexBytes(engine)) / textBytes
  return [
    {
      name: `search/disk/${engine.kind}`,
      what: 'the index on disk, relative to the text',
      measured: `${((disk * textBytes) / 1e6).toFixed(0)} MB`,
      bare: `text ${(textBytes / 1e6).toFixed(0)} MB`,
      ratio: disk,
      budget: budget.disk,
      note: `Built in ${minutes.toFixed(1)} minutes${engine.kind === 'postgres' ? `, with ${wal.toFixed(2)} × the text of write-ahead log` : ''}.`,
    },
    {
      name: `search/lock/${engine.kind}`,
      what: 'the slowest write of another program while the index is built',
      measured: `${longestMs.toFixed(0)} ms`,
      bare: `max ${budget.lockMs} ms`,
      ratio: longestMs / budget.lockMs,
      budget: 1,
      budgetText: `≤ ${budget.lockMs} ms`,
    },
  ]
}

/** Writes to a message and to an account every few milliseconds; `stop` resolves with the time of the slowest, ms. */
function watchWrites(engine: Engine): { stop: () => Promise<number> } {
  const stopped = new AbortController()
  const writing = (async () => {
    let longest = 0
    while (!stopped.signal.aborted) {
      const began = performance.now()
      await sql`update ${engine.table('message')} set deleted_with = null
        where id = (select min(id) from ${engine.table('message')})`.execute(engine.db)
      await sql`update ${engine.table('account')} set last_active_at = 1`.execute(engine.db)
      longest = Math.max(longest, performance.now() - began)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return longest
  })()
  return {
    stop() {
      stopped.abort()
      return writing
    },
  }
}

interface Searched {
  name: string
  what: string
  queries: readonly string[]
}

async function searchRow(store: Store, userId: string, { name, what, queries }: Searched): Promise<Row> {
  const times = []
  for (const query of queries) {
    const words = query.split(' ')
    const ms = await medianMs(() => store.chats.search({ userId, words, archived: false, limit: 50 }))
    times.push({ query, ms })
  }
  return slowestRow({ name, what }, times)
}

async function titlesRow(store: Store, userId: string, name: string): Promise<Row> {
  const times = []
  for (const q of notFound) {
    const ms = await medianMs(() => store.chats.list({ userId, q, archived: false, limit: 50 }))
    times.push({ query: q, ms })
  }
  return slowestRow({ name: `search/titles/${name}`, what: `nothing found in ${amount.chats} titles` }, times)
}

function slowestRow(about: { name: string; what: string }, times: { query: string; ms: number }[]): Row {
  const slowest = Math.max(...times.map(({ ms }) => ms))
  return {
    ...about,
    measured: `${slowest.toFixed(0)} ms`,
    bare: `max ${budget.searchMs} ms`,
    ratio: slowest / budget.searchMs,
    budget: 1,
    budgetText: `≤ ${budget.searchMs} ms`,
    note: `Medians of 7: ${times.map(({ query, ms }) => `“${query}” ${ms.toFixed(0)} ms`).join(', ')}.`,
  }
}

async function medianMs(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < 7; round++) {
    const began = performance.now()
    await work()
    times.push(performance.now() - began)
  }
  return times.toSorted((a, b) => a - b)[3] ?? Infinity
}

/** What the index adds to the statement that stores the visible text of an answer. */
async function answerRow(engine: Engine, name: string): Promise<Row> {
  const ids = await engine.db.selectFrom('message').select('id').orderBy('id').limit(400).execute()
  const write = async (): Promise<number> => {
    const times: number[] = []
    for (const { id } of ids) {
      const began = performance.now()
      await engine.db
        .updateTable('message')
        .set({ said: 'x'.repeat(1000) })
        .where('id', '=', id)
        .execute()
      times.push(performance.now() - began)
    }
    return times.toSorted((a, b) => a - b)[200] ?? Infinity
  }
  const withIndex = await write()
  await removeTriggers(engine)
  const without = await write()
  const added = Math.max(0, withIndex - without)
  return {
    name: `search/answer/${name}`,
    what: 'what the index adds to the end of an answer',
    measured: `${added.toFixed(2)} ms`,
    bare: `max ${budget.answerMs} ms`,
    ratio: added / budget.answerMs,
    budget: 1,
    budgetText: `≤ ${budget.answerMs} ms`,
    note: `Medians of 400 updates: ${withIndex.toFixed(2)} ms with the index, ${without.toFixed(2)} ms without it.`,
  }
}
