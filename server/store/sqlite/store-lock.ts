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

/** Another process has the embedded database of this folder. */
export class StoreLocked extends Unavailable {
  override name = 'StoreLocked'
  readonly holder: LockHolder | undefined

  constructor(folder: string, by: LockHolder | undefined) {
    const who = by ? `process ${by.pid} on ${by.host}, since ${by.since}` : 'another process'
    super(
      `the data in ${folder} is in use by ${who}: stop that one, choose another DATA_DIR, or set DATABASE_URL to share a PostgreSQL database`,
    )
    this.holder = by
  }
}

/** Keeps the locks alive: the garbage collector would close a database that nobody refers to, and free its folder. */
const held = new Set<DatabaseSync>()

/**
 * Takes the folder for this process: an open exclusive transaction on `lock.db`, which the kernel frees however the
 * process ends, so that there is no stale lock to clear. `lock.json` beside it only tells others who holds it.
 * Nobody in this process may open lock.db otherwise: closing any descriptor of it would drop the lock (fcntl(2)).
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
      // A second release finds it closed already.
      if (held.delete(database)) database.close()
    },
  }
}

function readHolder(path: string): LockHolder | undefined {
  try {
    return holder.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    // It only adds a name to the refusal; the lock itself does not depend on it.
    return undefined
  }
}
