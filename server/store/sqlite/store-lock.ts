import { readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { pid } from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import { Unavailable } from '../../base/index.ts'
import { isSqliteError, primaryCode, sqlite } from './sqlite-errors.ts'

const holder = z.object({ pid: z.number(), host: z.string(), since: z.string() })
export type LockHolder = z.infer<typeof holder>

/** Another process has the embedded database of this folder open. */
export class StoreLocked extends Unavailable {
  override name = 'StoreLocked'
  readonly holder: LockHolder | undefined

  constructor(folder: string, by: LockHolder | undefined) {
    const who = by ? `process ${by.pid} on ${by.host}, since ${by.since}` : 'another process'
    super(
      `the data in ${folder} is in use by ${who}: stop that process, set another DATA_DIR, or set DATABASE_URL to share a PostgreSQL database`,
    )
    this.holder = by
  }
}

/** Keeps the locks alive: the garbage collector would close an unreferenced database and so release its lock. */
const held = new Set<DatabaseSync>()

/**
 * Locks the folder for this process with an open exclusive transaction on `lock.db`. The kernel releases it however the
 * process ends, so there are no stale locks. `lock.json` only names the holder in the error of another process. No
 * other code in this process may open lock.db: closing any descriptor of the file would release the lock (fcntl(2)).
 */
export function takeStoreLock(folder: string, now: number): { release(): void } {
  const about = join(folder, 'lock.json')
  const database = new DatabaseSync(join(folder, 'lock.db'), { timeout: 0 })
  try {
    database.exec('begin exclusive')
  } catch (error) {
    database.close()
    if (isSqliteError(error) && primaryCode(error) === sqlite.BUSY) {
      throw new StoreLocked(folder, readHolder(about))
    }
    throw error
  }
  const mine: LockHolder = { pid, host: hostname(), since: new Date(now).toISOString() }
  try {
    writeFileSync(about, JSON.stringify(mine))
  } catch (error) {
    database.close()
    throw error
  }
  held.add(database)
  return {
    release() {
      // A second call finds the database closed already.
      if (held.delete(database)) database.close()
    },
  }
}

function readHolder(path: string): LockHolder | undefined {
  try {
    return holder.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    // The file only adds the holder's name to the error; the lock does not depend on it.
    return undefined
  }
}
