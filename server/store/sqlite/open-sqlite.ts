import { chmodSync, closeSync, openSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { SQLOutputValue } from 'node:sqlite'
import { Kysely } from 'kysely'
import { silentLogger, unaccented } from '../../base/index.ts'
import type { Clock } from '../../base/index.ts'
import { createEngine } from '../engine/engine.ts'
import type { Engine } from '../engine/engine.ts'
import { StoreTroubles } from '../engine/store-troubles.ts'
import type { Schema } from '../schema.ts'
import { prepareDataFolder } from './data-folder.ts'
import { sqliteDialect } from './sqlite-driver.ts'
import { toSqliteStoreError } from './sqlite-errors.ts'
import { takeStoreLock } from './store-lock.ts'

/**
 * How long SQLite waits for a lock, ms. Short, because the wait blocks the process; the engine retries without
 * blocking.
 */
const busyMs = 20

export interface SqliteOptions {
  dataDir: string
  clock: Clock
  /** Default: an instance of its own that does not log. */
  troubles?: StoreTroubles
  statementMs: number
  warn: (sentence: string) => void
}

/** Opens `shoal.db` in the data folder for this process alone. */
export function openSqlite({ dataDir, clock, troubles, statementMs, warn }: SqliteOptions): Engine {
  prepareDataFolder(dataDir, warn)
  const lock = takeStoreLock(dataDir, clock.now())
  try {
    const path = join(dataDir, 'shoal.db')
    makePrivate(path, warn)
    const database = openDatabase(path)
    const db = new Kysely<Schema>({ dialect: sqliteDialect(database) })
    return createEngine({
      kind: 'sqlite',
      db,
      clock,
      troubles: troubles ?? new StoreTroubles(clock, silentLogger),
      deadlineMs: statementMs,
      close: async () => {
        try {
          await db.destroy()
        } finally {
          lock.release()
        }
      },
    })
  } catch (error) {
    lock.release()
    throw toSqliteStoreError(error)
  }
}

/**
 * Makes the database readable for its owner alone, whatever the folder and the umask allow, because it contains chats
 * and password hashes. SQLite creates the files beside it with the same mode.
 */
function makePrivate(path: string, warn: SqliteOptions['warn']): void {
  closeSync(openSync(path, 'a', 0o600))
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    const mode = statSync(file, { throwIfNoEntry: false })?.mode ?? 0
    if ((mode & 0o077) === 0) continue
    try {
      chmodSync(file, 0o600)
    } catch {
      // The file belongs to another user, or the volume does not support modes.
      warn(`${file} can be read by others on this machine: run chmod 600 ${file} as its owner`)
    }
  }
}

function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: busyMs })
  try {
    database.exec('pragma journal_mode = WAL; pragma synchronous = FULL; pragma foreign_keys = ON')
    // Needed for the search, because SQLite's own lower() only handles ASCII.
    database.function('place_of', { deterministic: true }, positionOf)
    database.function('unaccented', { deterministic: true }, (text) => unaccented(String(text)))
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** More patterns than one search has. */
const maxCompiled = 16
const compiled = new Map<string, RegExp>()

/** A search calls this for many rows with the same few patterns, so these stay compiled. */
function compile(pattern: string): RegExp {
  const known = compiled.get(pattern)
  if (known) return known
  if (compiled.size >= maxCompiled) compiled.clear()
  const made = new RegExp(pattern, 'u')
  compiled.set(pattern, made)
  return made
}

/** Position of the first match of the pattern in the text, in code points counted from 1; 0 if there is no match. */
function positionOf(pattern: SQLOutputValue, text: SQLOutputValue): number {
  const whole = String(text)
  const at = whole.search(compile(String(pattern)))
  return at < 0 ? 0 : Array.from(whole.slice(0, at)).length + 1
}
