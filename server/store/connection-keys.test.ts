import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { silentLogger, systemClock } from '../base/index.ts'
import { runCommand } from '../cli/run-command.ts'
import { fingerprintOf } from '../instance/find-store.ts'
import { openStore } from './index.ts'
import type { ConnectionRow, Store } from './index.ts'

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'shoal-keys-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

const warnings: string[] = []
const open = (secret: string | null): Promise<Store> =>
  openStore({
    dataDir,
    secret,
    clock: systemClock,
    logger: silentLogger,
    warn: (sentence) => warnings.push(sentence),
  })

const connection = (id: string, key: string | null): ConnectionRow => ({
  id,
  kind: 'openai',
  name: `Provider ${id}`,
  baseUrl: 'http://x',
  key,
  prefix: '',
  enabled: true,
  order: 0,
  continues: 'auto',
  modelIds: [],
})

test('a provider’s key is in no file of the store in plain text, and can only be opened in its own row', async () => {
  const store = await open('the secret')
  await store.connections.create(connection('a', 'sk-very-secret-key'))
  await store.connections.create(connection('b', null))
  expect((await store.connections.list())[0]?.key).toBe('sk-very-secret-key')
  await store.close()
  for (const file of ['shoal.db'])
    expect(readFileSync(join(dataDir, file), 'latin1')).not.toContain('sk-very')
  const database = new DatabaseSync(join(dataDir, 'shoal.db'))
  database.exec(
    `update connection set sealed_key = (select sealed_key from connection where id = 'a') where id = 'b'`,
  )
  database.close()
  warnings.length = 0
  const again = await open('the secret')
  expect((await again.connections.list()).map(({ key }) => key)).toEqual(['sk-very-secret-key', null])
  expect(warnings).toEqual([expect.stringMatching(/Provider b.*WEBUI_SECRET_KEY/)])
  await again.close()
})

test('with another secret, connections are still listed, without keys and with a warning that says what to do', async () => {
  const store = await open('the secret')
  await store.connections.create(connection('a', 'sk-1'))
  await store.close()
  warnings.length = 0
  const other = await open('another secret')
  expect(await other.connections.list()).toEqual([connection('a', null)])
  expect(warnings).toEqual([expect.stringMatching(/restore that secret, or enter the key again/)])
  await other.close()
})

test('once agreed on, a secret encrypts keys, also in stores that are opened later', async () => {
  const store = await open(null)
  await expect(store.connections.create(connection('a', 'sk-1'))).rejects.toThrow(/WEBUI_SECRET_KEY/)
  const agreed = await store.installations.agreeOnSecret('candidate')
  await store.connections.create(connection('a', 'sk-1'))
  await store.close()
  const later = await open(agreed)
  expect((await later.connections.list())[0]?.key).toBe('sk-1')
  await later.close()
})

test('S24: shoal store change-secret replaces a weak secret of an installation', async () => {
  const weak = await open('secret')
  await weak.installations.register(fingerprintOf('secret'))
  await weak.connections.create(connection('a', 'sk-1'))
  await weak.connections.create(connection('b', null))
  await weak.close()
  const next = 'f'.repeat(16) + randomUUID()
  const run = async (input: string, env: Record<string, string> = {}) => {
    const out: string[] = []
    const code = await runCommand(['store', 'change-secret', '--data', dataDir], {
      env: { WEBUI_SECRET_KEY: next, ...env },
      print: (text) => out.push(text),
      printError: (text) => out.push(text),
      readInput: async () => input,
      isTerminal: false,
    })
    return { code, output: out.join('\n') }
  }
  expect((await run('changeme\n')).output).toContain('is not the former WEBUI_SECRET_KEY')
  const refused = await run('')
  expect(refused.output).toContain('pass the former WEBUI_SECRET_KEY on standard input')
  expect(refused.output).not.toContain('    at ')
  expect((await run('secret\n', { WEBUI_SECRET_KEY: 'secret' })).code).toBe(78)
  expect(await run('secret\n')).toEqual({ code: 0, output: expect.stringContaining('keys of 1 connections') })
  const store = await open(next)
  expect((await store.connections.list()).map(({ key }) => key)).toEqual(['sk-1', null])
  expect(await store.installations.register(fingerprintOf(next))).toMatchObject({ kind: 'met' })
  await store.close()
})
