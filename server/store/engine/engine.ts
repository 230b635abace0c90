import type { Kysely, RawBuilder, Transaction } from 'kysely'
import { sql } from 'kysely'
import { sleep, spellingPattern } from '../../base/index.ts'
import type { Clock } from '../../base/index.ts'
import { StoreError } from '../store.ts'
import type { Schema, TableName } from '../schema.ts'
import { RetryableError } from './store-errors.ts'
import type { StoreTroubles } from './store-troubles.ts'

export type Db = Kysely<Schema> | Transaction<Schema>

/** What queries need to know of the database below them. */
export interface Engine {
  readonly kind: 'sqlite' | 'postgres'
  readonly db: Kysely<Schema>
  /** Epoch ms by the store's clock, at the moment it is evaluated (rule 17). */
  readonly now: RawBuilder<number>
  /** The greater of two numbers. */
  greatest(a: RawBuilder<unknown>, b: RawBuilder<unknown>): RawBuilder<number>
  /** Whether a text has these words, in any spelling (see spelling.ts). */
  finds(words: string, text: RawBuilder<unknown>): RawBuilder<boolean>
  /** Where they begin, counted from 1; 0 where they are not. */
  placeOfWords(words: string, text: RawBuilder<unknown>): RawBuilder<number>
  /** `for update of` this alias where rows are locked one by one, nothing where the whole database is. */
  forUpdate(alias: string): RawBuilder<unknown>
  /** The same, passing over rows that another transaction holds. */
  skipLocked(alias: string): RawBuilder<unknown>
  /** The stored parts of a run put together, as a subselect; '' where it has none. `run` is its id. */
  partsOf(run: RawBuilder<unknown>): RawBuilder<string>
  /** A table's full name, for statements written by hand. */
  table(name: TableName): RawBuilder<unknown>
  /** One statement, or several that need not be one transaction. */
  run<T>(work: (db: Db) => Promise<T>): Promise<T>
  /** All or nothing. Rolled back and repeated where the database says that this cures it, so `work` has no effects of its own. */
  transaction<T>(work: (trx: Transaction<Schema>) => Promise<T>): Promise<T>
  close(): Promise<void>
}

interface EngineParts {
  kind: Engine['kind']
  db: Kysely<Schema>
  clock: Clock
  /** Hears of every refusal that says that the store works only in part. */
  troubles: StoreTroubles
  /** How long one verb may repeat what was rolled back, ms. */
  deadlineMs: number
  close: () => Promise<void>
}

export function createEngine({ kind, db, clock, troubles, deadlineMs, close }: EngineParts): Engine {
  const postgres = kind === 'postgres'
  const repeating = async <T>(work: () => Promise<T>): Promise<T> => {
    const end = clock.monotonic() + deadlineMs
    for (let attempt = 0; ; attempt++) {
      try {
        return await work()
      } catch (error) {
        if (error instanceof StoreError && error.trouble) troubles.met(error.trouble, error)
        if (!(error instanceof RetryableError)) throw error
        if (clock.monotonic() >= end) throw new StoreError('unavailable', error.message, error)
        await sleep(Math.min(5 * 2 ** Math.min(attempt, 5), 100))
      }
    }
  }
  const table = (name: TableName): RawBuilder<unknown> => sql.table(postgres ? `shoal.${name}` : name)
  const joined = postgres
    ? sql`string_agg(p.text, '' order by p.start)`
    : sql`group_concat(p.text, '' order by p.start)`
  return {
    kind,
    db,
    now: postgres
      ? sql<number>`floor(extract(epoch from clock_timestamp()) * 1000)::bigint`
      : sql<number>`cast(unixepoch('subsec') * 1000 as integer)`,
    greatest: (a, b) => (postgres ? sql<number>`greatest(${a}, ${b})` : sql<number>`max(${a}, ${b})`),
    finds: (words, text) =>
      postgres
        ? sql<boolean>`${text} ~ ${spellingPattern(words)}`
        : sql<boolean>`place_of(${spellingPattern(words)}, ${text}) > 0`,
    placeOfWords: (words, text) =>
      postgres
        ? sql<number>`coalesce(strpos(${text}, substring(${text} from ${spellingPattern(words)})), 0)`
        : sql<number>`place_of(${spellingPattern(words)}, ${text})`,
    forUpdate: (alias) => (postgres ? sql`for update of ${sql.ref(alias)}` : sql``),
    skipLocked: (alias) => (postgres ? sql`for update of ${sql.ref(alias)} skip locked` : sql``),
    partsOf: (run) =>
      sql<string>`coalesce((select ${joined} from ${table('run_part')} p where p.run_id = ${run}), '')`,
    table,
    run: (work) => repeating(() => work(db)),
    transaction: (work) => repeating(() => db.transaction().execute(work)),
    close,
  }
}

/** `values` as a list to look in, each bound as a parameter. Never empty SQL: no values means no match. */
export function among(values: readonly string[]): RawBuilder<unknown> {
  return values.length === 0 ? sql`(null)` : sql`(${sql.join(values)})`
}
