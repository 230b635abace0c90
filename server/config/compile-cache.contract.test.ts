import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { killOnExit } from '../../test/support/kill-on-exit.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import type { TemporaryFolder } from '../../test/support/temporary-folder.ts'

const cli = join(import.meta.dirname, '../cli.ts')

let folder: TemporaryFolder
beforeEach(async () => {
  folder = await temporaryFolder('compile-cache')
})
afterEach(() => folder.remove())

/** Runs the command in the temporary folder, stops a server as soon as it is ready, and returns the exit code. */
async function shoal(args: string[], env: Record<string, string> = {}): Promise<number> {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: folder.path,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env['PATH'] ?? '', LOG_FORMAT: 'json', ...env },
  })
  killOnExit(child)
  let said = ''
  const stopWhenReady = (data: Buffer): void => {
    said += data.toString()
    if (!said.includes(' is ready\n')) return
    child.stdout.off('data', stopWhenReady).resume()
    child.kill('SIGTERM')
  }
  child.stdout.on('data', stopWhenReady)
  const [code] = (await once(child, 'close')) as [number]
  return code
}

const cachedFiles = (path: string): number => globSync(join(folder.path, path, '*/*')).length
const serve = ['start', '--port', '0', '--host', '127.0.0.1']

// Each test starts real processes, which is slow on a busy machine.
describe('O18: compiled code is cached for the next start', { timeout: 60_000 }, () => {
  test('for the whole server, in DATA_DIR, which only its owner can enter', async () => {
    expect(await shoal(serve, { DATA_DIR: 'here' })).toBe(0)
    expect(cachedFiles('here/compile-cache')).toBeGreaterThan(200)
    expect(statSync(join(folder.path, 'here')).mode & 0o777).toBe(0o700)
  })

  test('in the folder of --data; commands that do not start a server create no folder', async () => {
    expect(await shoal(['version'])).toBe(0)
    expect(await shoal(['start', '--help'])).toBe(0)
    expect(existsSync(join(folder.path, 'data'))).toBe(false)
    mkdirSync(join(folder.path, 'there'))
    expect(await shoal(['config', '--data=there'])).toBe(0)
    expect(cachedFiles('there/compile-cache')).toBeGreaterThan(10)
  })

  test('in the folder of NODE_COMPILE_CACHE, as in the image', async () => {
    expect(await shoal(serve, { NODE_COMPILE_CACHE: 'image' })).toBe(0)
    expect(cachedFiles('image')).toBeGreaterThan(200)
    expect(existsSync(join(folder.path, 'data/compile-cache'))).toBe(false)
  })
})
