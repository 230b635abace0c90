import type { Kysely, RawBuilder, Transaction } from 'kysely'
import { sql } from 'kysely'
import { accentTable, foldText, sleep, spellingPattern, unaccentedPattern } from '../../base/index.ts'
import type { Clock } from '../../base/index.ts'
import { StoreError } from '../store.ts'
import type { Schema, TableName } from '../schema.ts'
import { RetryableError } from './store-errors.ts'
import type { StoreTroubles } from './store-troubles.ts'

export type Db = Kysely<Schema> | Transaction<Schema>

/** The database as queries see it: everything in which the two databases differ. */
export interface Engine {
  readonly kind: 'sqlite' | 'postgres'
  readonly db: Kysely<Schema>
  /** SQL for the current time by the store's clock, epoch ms, at the moment it is evaluated (rule 17). */
  readonly now: RawBuilder<number>
  /** SQL for the greater of two numbers. */
  greatest(a: RawBuilder<unknown>, b: RawBuilder<unknown>): RawBuilder<number>
  /** SQL for whether a text contains these words, in any spelling (see spelling.ts). */
  containsWords(words: string, text: RawBuilder<unknown>): RawBuilder<boolean>
  /** SQL for whether a text contains this word, with or without its accents (see unaccented.ts). */
  containsUnaccented(word: string, text: RawBuilder<unknown>): RawBuilder<boolean>
  /** SQL for a text in lower case as names are sorted: without the accents of Western and Central European letters. */
  sortKey(text: RawBuilder<unknown>): RawBuilder<string>
  /** SQL for the position of these words in a text, counted from 1; 0 if the text does not contain them. */
  positionOfWords(words: string, text: RawBuilder<unknown>): RawBuilder<number>
  /** `for update of` this alias on PostgreSQL; nothing on SQLite, where a transaction locks the whole database. */
  forUpdate(alias: string): RawBuilder<unknown>
  /** Like `forUpdate`, but skips rows that another transaction has locked. */
  skipLocked(alias: string): RawBuilder<unknown>
  /** A subselect for the joined text of a run's stored parts; '' if it has none. `run` is SQL for the run's id. */
  joinedParts(run: RawBuilder<unknown>): RawBuilder<string>
  /** A table's full name, for handwritten SQL. */
  table(name: TableName): RawBuilder<unknown>
  /** Runs one statement, or several that need no common transaction. */
  run<T>(work: (db: Db) => Promise<T>): Promise<T>
  /**
   * Runs a transaction. It is repeated after a retryable error, so `work` must have no effects outside the database.
   */
  transaction<T>(work: (trx: Transaction<Schema>) => Promise<T>): Promise<T>
  close(): Promise<void>
}

interface EngineParts {
  kind: Engine['kind']
  db: Kysely<Schema>
  clock: Clock
  /** Receives every error which shows that only part of the store works. */
  troubles: StoreTroubles
  /** How long to repeat work after retryable errors, ms. */
  deadlineMs: number
  close: () => Promise<void>
}

const accents = accentTable()

export function createEngine({ kind, db, clock, troubles, deadlineMs, close }: EngineParts): Engine {
  const postgres = kind === 'postgres'
  const repeating = async <T>(work: () => Promise<T>): Promise<T> => {
    const end = clock.monotonic() + deadlineMs
    for (let attempt = 0; ; attempt++) {
      try {
        return await work()
      } catch (error) {
        if (error instanceof StoreError && error.trouble) troubles.report(error.trouble, error)
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
  const matches = (pattern: string, text: RawBuilder<unknown>): RawBuilder<boolean> =>
    postgres ? sql<boolean>`${text} ~ ${pattern}` : sql<boolean>`place_of(${pattern}, ${text}) > 0`
  return {
    kind,
    db,
    now: postgres
      ? sql<number>`floor(extract(epoch from clock_timestamp()) * 1000)::bigint`
      : sql<number>`cast(unixepoch('subsec') * 1000 as integer)`,
    greatest: (a, b) => (postgres ? sql<number>`greatest(${a}, ${b})` : sql<number>`max(${a}, ${b})`),
    containsWords: (words, text) =>
      postgres ? matches(spellingPattern(words), text) : sqliteContains(words, text, matches),
    containsUnaccented: (word, text) => matches(unaccentedPattern(word), text),
    sortKey: (text) =>
      postgres
        ? sql<string>`translate(${text}, ${accents.accented}, ${accents.plain}) collate "C"`
        : sql<string>`unaccented(${text})`,
    positionOfWords: (words, text) =>
      postgres
        ? sql<number>`coalesce(strpos(${text}, substring(${text} from ${spellingPattern(words)})), 0)`
        : sql<number>`place_of(${spellingPattern(words)}, ${text})`,
    forUpdate: (alias) => (postgres ? sql`for update of ${sql.ref(alias)}` : sql``),
    skipLocked: (alias) => (postgres ? sql`for update of ${sql.ref(alias)} skip locked` : sql``),
    joinedParts: (run) =>
      sql<string>`coalesce((select ${joined} from ${table('run_part')} p where p.run_id = ${run}), '')`,
    table,
    run: (work) => repeating(() => work(db)),
    transaction: (work) => repeating(() => db.transaction().execute(work)),
    close,
  }
}

const onlyAscii = /^[\0-\x7f]*$/

/**
 * Calls the regular expression, which is in JavaScript, only for texts that may contain the words: all other texts are
 * excluded by SQLite itself, ten times as fast. A text in ASCII can only contain words whose folded spelling is in ASCII.
 */
function sqliteContains(
  words: string,
  text: RawBuilder<unknown>,
  matches: (pattern: string, text: RawBuilder<unknown>) => RawBuilder<boolean>,
): RawBuilder<boolean> {
  const folded = foldText(words)
  const notAscii = sql`octet_length(${text}) > length(${text})`
  const may = onlyAscii.test(folded) ? sql`(instr(lower(${text}), ${folded}) > 0 or ${notAscii})` : notAscii
  return sql<boolean>`(${may} and ${matches(spellingPattern(words), text)})`
}

/** The right side of `in`: each value bound as a parameter. Without values it is `(null)`, which matches nothing. */
export function valueList(values: readonly string[]): RawBuilder<unknown> {
  return values.length === 0 ? sql`(null)` : sql`(${sql.join(values)})`
}
