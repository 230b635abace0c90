import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { silentLogger, systemClock } from '../../base/index.ts'
import { openStore } from '../open-store.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** A folder that every user of the machine may enter, like a volume or a folder that a user created. */
function openFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-modes-'))
  folders.push(folder)
  chmodSync(folder, 0o755)
  return folder
}

async function modesWhileOpen(dataDir: string): Promise<Record<string, string>> {
  const store = await openStore({
    dataDir,
    secret: 'a secret of the tests',
    clock: systemClock,
    logger: silentLogger,
  })
  try {
    await store.installations.register('fingerprint')
    const files = readdirSync(dataDir).filter((name) => name.startsWith('shoal.db'))
    return Object.fromEntries(
      files.map((name) => [name, (statSync(join(dataDir, name)).mode & 0o777).toString(8)]),
    )
  } finally {
    await store.close()
  }
}

const all = { 'shoal.db': '600', 'shoal.db-shm': '600', 'shoal.db-wal': '600' }

test('S16: only the owner can read the database and the files beside it, even in a folder that all can enter', async () => {
  expect(await modesWhileOpen(openFolder())).toEqual(all)
})

test('S16: a database that earlier versions left readable becomes private', async () => {
  const folder = openFolder()
  await modesWhileOpen(folder)
  chmodSync(join(folder, 'shoal.db'), 0o644)
  writeFileSync(join(folder, 'shoal.db-wal'), '', { mode: 0o644 })
  expect(await modesWhileOpen(folder)).toEqual(all)
})
