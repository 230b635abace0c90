import { statSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import type { Engine } from '../engine/engine.ts'

const unknown = '?'

/**
 * Identifies where the store is, so that a copy of it is recognised. Two parts with a colon between; each is `?` if it
 * cannot be known. PostgreSQL: the system identifier, which a standby shares, and the oid of the database. Embedded:
 * the inode and the creation time of shoal.db, which a copied file does not keep.
 */
export function placeOf(engine: Engine, dataDir: string): Promise<string> {
  return engine.kind === 'postgres' ? placeInPostgres(engine) : Promise.resolve(placeInFolder(dataDir))
}

async function placeInPostgres(engine: Engine): Promise<string> {
  return engine.run(async (db) => {
    const { rows } = await sql<{ oid: string; allowed: boolean }>`
      select oid::text as oid, has_function_privilege('pg_catalog.pg_control_system()', 'execute') as allowed
      from pg_catalog.pg_database where datname = current_database()`.execute(db)
    const [here] = rows
    if (!here?.allowed) return `${unknown}:${here?.oid ?? unknown}`
    const system = await sql<{ id: string }>`
      select system_identifier::text as id from pg_catalog.pg_control_system()`.execute(db)
    return `${system.rows[0]?.id ?? unknown}:${here.oid}`
  })
}

function placeInFolder(dataDir: string): string {
  const { ino, birthtimeNs } = statSync(join(dataDir, 'shoal.db'), { bigint: true })
  // A file system without creation times may not have stable inodes either.
  return birthtimeNs > 0n ? `${ino}:${birthtimeNs}` : `${unknown}:${unknown}`
}

/** Compares only the parts that are known on both sides. */
export function samePlace(before: string | null, now: string): boolean {
  if (before === null) return true
  const parts = before.split(':')
  return now.split(':').every((part, at) => {
    const other = parts[at] ?? unknown
    return part === other || part === unknown || other === unknown
  })
}
