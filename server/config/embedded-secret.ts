import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { randomToken } from '../base/index.ts'

/**
 * The generated WEBUI_SECRET_KEY of an embedded installation: `secret-key` in DATA_DIR, readable by its owner alone.
 * Made on first sight; two processes at once get the same one, and a process that dies in between leaves no half of it.
 */
export function embeddedSecret(dataDir: string): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const path = join(dataDir, 'secret-key')
  const found = read(path)
  if (found !== undefined) return found
  const draft = `${path}.${randomToken(6)}`
  writeFileSync(draft, `${randomToken(32)}\n`, { mode: 0o600, flag: 'wx', flush: true })
  try {
    // A link is made whole or not at all, and not over what somebody else has just made.
    linkSync(draft, path)
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error
  } finally {
    rmSync(draft, { force: true })
  }
  const made = read(path)
  if (made === undefined) throw new Error(`${path} was made and cannot be found`)
  return made
}

/** The generated secret of this folder, where it has one. Throws where it is damaged. */
export function readEmbeddedSecret(dataDir: string): string | undefined {
  return read(join(dataDir, 'secret-key'))
}

/** Puts a secret that came with restored data in place of the folder's own, whole or not at all. */
export function keepEmbeddedSecret(dataDir: string, secret: string): void {
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
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
  if (text.length < 16) {
    throw new Error(
      `${path} is damaged: put the secret back, or remove the file and have everybody sign in anew`,
    )
  }
  return text
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
