import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Unavailable } from '../../base/index.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { prepareDataFolder } from './data-folder.ts'

test('a path below a file, or a file, is refused with the cure', async () => {
  await using folder = await temporaryFolder('data-folder')
  const file = join(folder.path, 'file')
  writeFileSync(file, '')
  for (const path of [join(file, 'data'), file]) {
    const open = (): void => prepareDataFolder(path, () => {})
    expect(open).toThrow(Unavailable)
    expect(open).toThrow(`DATA_DIR (${path}) is not a folder: set it to a folder`)
  }
})

test('a missing folder is created', async () => {
  await using folder = await temporaryFolder('data-folder')
  const path = join(folder.path, 'a/b')
  prepareDataFolder(path, () => {})
  prepareDataFolder(path, () => {})
})
