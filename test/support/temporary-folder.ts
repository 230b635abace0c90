import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string
  remove(): Promise<void>
}

/** A folder of its own under the system's temporary folder; removed by `await using` or `remove()`. */
export async function temporaryFolder(label = 'test'): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), `shoal-${label}-`))
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 3 })
  return { path, remove, [Symbol.asyncDispose]: remove }
}
