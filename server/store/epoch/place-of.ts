import { statSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { Engine } from '../engine/engine.ts'

const unknown = '?'

/**
 * Where the store is, as `<which>:<place>`: a copy of it is somewhere else. Two parts, each `?` where it cannot be known.
 * PostgreSQL: its system identifier, which a standby shares, and the database's own number there. Embedded: inode and
 * time of creation of shoal.db, which a copied file does not keep, whatever of its other times is kept.
 */
export function placeOf(engine: Engine, dataDir: string): Promise<string> {
  return engine.kind === 'postgres' ? placeInPostgres(engine) : Promise.resolve(placeInFolder(dataDir))
}

async function placeInPostgres(engine: Engine): Promise<string> {
  return engine.run(async (db) => {
    const { rows } = await sql<{ oid: string; may: boolean }>`
      select oid::text as oid, has_function_privilege('pg_catalog.pg_control_system()', 'execute') as may
      from pg_catalog.pg_database where datname = current_database()`.execute(db)
    const [here] = rows
    if (!here?.may) return `${unknown}:${here?.oid ?? unknown}`
    const system = await sql<{ id: string }>`
      select system_identifier::text as id from pg_catalog.pg_control_system()`.execute(db)
    return `${system.rows[0]?.id ?? unknown}:${here.oid}`
  })
}

function placeInFolder(dataDir: string): string {
  const { ino, birthtimeNs } = statSync(join(dataDir, 'shoal.db'), { bigint: true })
  // A file system that keeps no time of creation may make up inodes as well.
  return birthtimeNs > 0n ? `${ino}:${birthtimeNs}` : `${unknown}:${unknown}`
}

/** Only what is known on both sides can differ. */
export function samePlace(before: string | null, now: string): boolean {
  if (before === null) return true
  const parts = before.split(':')
  return now.split(':').every((part, at) => {
    const other = parts[at] ?? unknown
    return part === other || part === unknown || other === unknown
  })
}
