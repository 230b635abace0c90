import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomToken } from '../base/index.ts'

/**
 * The generated WEBUI_SECRET_KEY of an embedded installation: the file `secret-key` in DATA_DIR, readable by its owner
 * only. The first call creates it. Two processes that call this at once get the same secret, and a process that dies
 * meanwhile leaves no partial file.
 */
export function findOrCreateEmbeddedSecret(dataDir: string): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const path = join(dataDir, 'secret-key')
  const found = read(path)
  if (found !== undefined) return found
  const draft = `${path}.${randomToken(6)}`
  writeFileSync(draft, `${randomToken(32)}\n`, { mode: 0o600, flag: 'wx', flush: true })
  try {
    // Creating a link is atomic, and fails if another process has just created the file.
    linkSync(draft, path)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  } finally {
    rmSync(draft, { force: true })
  }
  const made = read(path)
  if (made === undefined)
    throw new Error(
      `${path} was written but cannot be read back: check that nothing else removes files from this folder, and start again`,
    )
  return made
}

/** The generated secret in this folder; undefined if there is none. Throws if the file is damaged. */
export function readEmbeddedSecret(dataDir: string): string | undefined {
  return read(join(dataDir, 'secret-key'))
}

/** Replaces the folder's secret, atomically, with the one that came with restored data. */
export function replaceEmbeddedSecret(dataDir: string, secret: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const path = join(dataDir, 'secret-key')
  const draft = `${path}.${randomToken(6)}`
  writeFileSync(draft, `${secret}\n`, { mode: 0o600, flag: 'wx', flush: true })
  renameSync(draft, path)
}

function read(path: string): string | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
  if (text.length < 16) {
    throw new Error(
      `${path} is damaged: put the secret back from a backup, or remove the file; then all users have to sign in again`,
    )
  }
  return text
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
