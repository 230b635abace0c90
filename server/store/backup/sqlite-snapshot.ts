import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { toAppliedStep } from '../migrations/applied-step.ts'
import { rowsAtOnce, withFlags } from './snapshot.ts'
import type { Row, Snapshot } from './snapshot.ts'
import type { MovedTable } from '../tables.ts'

/**
 * Opens a snapshot of the embedded database as it is now. A server may be running: with a write-ahead log, readers do
 * not block writers. Throws if there is no database.
 */
export function openSqliteSnapshot(dataDir: string): Snapshot {
  const path = join(dataDir, 'shoal.db')
  if (!existsSync(path)) {
    throw new Error(`there is no installation in ${dataDir}: set its folder with --data or DATA_DIR`)
  }
  const database = new DatabaseSync(path, { readOnly: true, timeout: 5000 })
  try {
    database.exec('begin')
    const steps = database.prepare('select * from schema_migration order by number').all()
    return {
      kind: 'sqlite',
      steps: steps.map(toAppliedStep),
      rows: (table) => rowsOf(database, table),
      async close() {
        if (database.isOpen) database.close()
      },
    }
  } catch (error) {
    database.close()
    throw error
  }
}

async function* rowsOf(database: DatabaseSync, table: MovedTable): AsyncIterable<Row[]> {
  // By rowid, so that a message comes after its parent.
  const page = database.prepare(
    `select rowid as moved_rowid, * from ${table} where rowid > ? order by rowid limit ${rowsAtOnce}`,
  )
  for (let last = 0; ;) {
    const found = page.all(last) as (Row & { moved_rowid: number })[]
    const end = found.at(-1)
    if (!end) return
    last = end.moved_rowid
    yield found.map(({ moved_rowid: _place, ...row }) => withFlags(table, row))
  }
}
