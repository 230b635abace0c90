import { sql } from 'kysely'
import type { Engine } from '../../server/store/engine/engine.ts'

/** The size of the tables of the search index and their indexes, bytes. */
export async function searchIndexBytes(engine: Engine): Promise<number> {
  const size =
    engine.kind === 'postgres'
      ? sql<{ bytes: number }>`select sum(pg_total_relation_size(c.oid))::bigint as bytes from pg_class c
          where c.relnamespace = 'shoal'::regnamespace and c.relkind = 'r'
            and c.relname in ('search_block', 'search_page', 'search_section')`
      : sql<{ bytes: number }>`select sum(pgsize) as bytes from dbstat
          where name glob '*search_block*' or name glob '*search_page*' or name glob '*search_section*'`
  return Number((await size.execute(engine.db)).rows[0]?.bytes)
}

/** The position in the write-ahead log, bytes; 0 for SQLite, whose log is of limited size. */
export async function walBytes(engine: Engine): Promise<number> {
  if (engine.kind === 'sqlite') return 0
  const position = sql<{ bytes: number }>`select (pg_current_wal_lsn() - '0/0')::bigint as bytes`
  return Number((await position.execute(engine.db)).rows[0]?.bytes)
}

/** Removes what feeds the search index. */
export async function removeTriggers(engine: Engine): Promise<void> {
  const statements =
    engine.kind === 'postgres'
      ? ['drop trigger add_to_search_tail on shoal.message']
      : ['drop trigger search_tail_after_insert', 'drop trigger search_tail_after_update']
  for (const statement of statements) await sql.raw(statement).execute(engine.db)
}
