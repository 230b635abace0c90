import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string
  remove(): Promise<void>
}

/** Creates a new folder in the system's temporary folder. `await using` or `remove()` removes it. */
export async function temporaryFolder(label = 'test'): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), `shoal-${label}-`))
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 3 })
  return { path, remove, [Symbol.asyncDispose]: remove }
}
