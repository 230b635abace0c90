import { accessSync, constants, mkdirSync } from 'node:fs'
import process from 'node:process'
import { StoreError } from '../store.ts'
import { asFullDisk } from './full-disk.ts'
import { fileSystemOf } from './file-system.ts'

/**
 * Creates the data folder if it does not exist. Throws a `StoreError` with the cure if it is not writable, which is the
 * most common reason why a first start fails, or if the embedded database would be damaged in it. Calls `warn` with a
 * sentence if the file system may lack guarantees that the database needs.
 */
export function prepareDataFolder(dataDir: string, warn: (sentence: string) => void): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    accessSync(dataDir, constants.W_OK)
  } catch (error) {
    throw describeUnusable(error, dataDir)
  }
  const verdict = fileSystemOf(dataDir)
  if (verdict.kind === 'refused') throw new StoreError('unavailable', verdict.sentence)
  if (verdict.kind === 'doubtful') warn(verdict.sentence)
}

function describeUnusable(error: unknown, dataDir: string): unknown {
  const full = asFullDisk(error, dataDir)
  if (full !== error) return full
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOTDIR' || code === 'EEXIST') {
    const problem = `DATA_DIR (${dataDir}) is not a folder`
    return new StoreError(
      'unavailable',
      { problem, cure: 'set it to a folder, or to one to be created' },
      error,
    )
  }
  const uid = process.getuid?.() ?? 1000
  const gid = process.getgid?.() ?? 1000
  return new StoreError(
    'unavailable',
    {
      problem: `DATA_DIR (${dataDir}) is not writable for uid ${uid}`,
      cure: `run chown -R ${uid}:${gid} on that folder or volume, set fsGroup: ${gid} in Kubernetes, or set DATABASE_URL, which needs no folder`,
    },
    error,
  )
}
