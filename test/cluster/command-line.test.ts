import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { ApiClient } from '../support/api-client.ts'
import { startInstance } from '../support/instance-process.ts'
import type { InstanceProcess } from '../support/instance-process.ts'
import { startPostgresServer } from '../support/postgres-server.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** Many processes start in each of these: minutes on a busy machine. */
const slowly = { timeout: 180_000 }

const root = join(import.meta.dirname, '../..')

interface Ran {
  code: number | null
  out: string
  err: string
}

async function run(
  [command = '', ...words]: string[],
  env: Record<string, string>,
  input = '',
): Promise<Ran> {
  const child = spawn(command, words, {
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LOG_FORMAT: 'json', ...env },
  })
  child.stdin.end(input)
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { code: code as number | null, out, err }
}

const shoal = (words: string[], env: Record<string, string>, input = ''): Promise<Ran> =>
  run([process.execPath, 'server/cli.ts', ...words], env, input)

async function serving(env: Record<string, string>, label = 'one'): Promise<InstanceProcess> {
  const instance = await startInstance({ label, env: { ENABLE_OLLAMA_API: 'false', ...env } })
  onTestFinished(() => instance.stop())
  return instance
}

test(
  'beside a running server: accounts, a key that works, what overrides the environment, a backup',
  slowly,
  async () => {
    await using folder = await temporaryFolder('command-line')
    const env = { DATA_DIR: join(folder.path, 'data'), WEBUI_NAME: 'Environment' }
    const instance = await serving(env)
    expect(statSync(join(env.DATA_DIR, 'shoal.sock')).mode & 0o777).toBe(0o600)
    const made = await shoal(
      ['user', 'create', 'ann@example.com', 'Ann', '--role', 'admin', '--password-stdin'],
      env,
      'correct horse\n',
    )
    expect(made).toEqual({ code: 0, out: 'ann@example.com: admin\n', err: '' })
    expect((await shoal(['user', 'list'], env)).out).toMatch(/ann@example\.com +admin/)
    // As the documentation writes it: it prints the key alone.
    const words = ['key', 'create', '--user', 'ann@example.com', '--name', 'ci']
    const key = await run(['npx', '--no-install', 'shoal', ...words], env)
    expect(key.out).toMatch(/^sk-[\w-]{43}\n$/)
    const models = await fetch(`${instance.url}/v1/models`, {
      headers: { authorization: `Bearer ${key.out.trim()}` },
    })
    expect(models.status).toBe(200)

    const api = new ApiClient(instance.url)
    await api.signIn('ann@example.com')
    const { revision: basedOn } = await api.call<{ revision: string }>('GET', '/api/settings')
    await api.call('PUT', '/api/settings', { basedOn, values: { name: 'Saved' }, unset: [] })
    const said = 'WEBUI_NAME does not count: "Saved" was saved on the page in place of "Environment"'
    expect((await shoal(['config'], env)).out).toContain(said)

    const file = join(folder.path, 'all.backup')
    expect(await shoal(['backup', '--to', file], env)).toMatchObject({
      code: 0,
      out: expect.stringContaining('Saved 1 accounts'),
    })
    // A session that ends by the command line ends in the running server at once.
    await shoal(['user', 'reset-password', 'ann@example.com'], env)
    await expect(api.call('GET', '/api/auth/me')).rejects.toThrow('401')

    const restored = { DATA_DIR: join(folder.path, 'restored') }
    const back = await shoal(['restore', '--from', file], restored)
    expect(back).toMatchObject({ code: 0, out: expect.stringContaining('Restored 1 accounts') })
    expect((await shoal(['config'], restored)).out).toContain('WEBUI_NAME does not count: "Saved"')
    const second = await serving(restored, 'restored')
    // The generated secret came along: a session from before the backup still opens.
    expect(await api.call<{ email: string }>('GET', '/api/auth/me', undefined, second.url)).toMatchObject({
      email: 'ann@example.com',
    })
    const taken = await shoal(['restore', '--from', file], env)
    expect(taken).toMatchObject({ code: 1, out: '' })
    expect(taken.err).toMatch(/^shoal restore: the data in .* is in use by process \d+/)
  },
)

test('db copy: an embedded installation goes on in PostgreSQL, with its sessions', slowly, async () => {
  await using folder = await temporaryFolder('db-copy')
  const postgres = await startPostgresServer()
  onTestFinished(() => postgres.stop())
  const databaseUrl = await postgres.createDatabase()
  const env = { DATA_DIR: folder.path }
  const embedded = await serving(env)
  const api = new ApiClient(embedded.url)
  await api.signUp()
  const run = await api.startRun({ model: 'shoal-demo', text: 'echo me' })
  await expect
    .poll(async () => (await api.chat(run.chatId)).messages.at(-1)?.status, { timeout: 30_000 })
    .toBe('done')
  const chat = await api.chat(run.chatId)
  const busy = await shoal(['db', 'copy', '--to', databaseUrl], env)
  expect(busy).toMatchObject({ code: 1, err: expect.stringMatching(/in use by process/) })
  await embedded.stop()

  const copied = await shoal(['db', 'copy', '--to', databaseUrl], env)
  expect(copied.out).toMatch(/^Copied 1 accounts, 1 chats, 2 messages .*\nNext: set DATABASE_URL/)
  expect(copied.err).toContain('message: 2')
  const again = await shoal(['db', 'copy', '--to', databaseUrl], env)
  expect(again).toMatchObject({ code: 1, err: expect.stringMatching(/already holds an installation/) })

  // Another machine: only the database came along.
  const fleet = await serving({ DATA_DIR: join(folder.path, 'empty'), DATABASE_URL: databaseUrl })
  expect(await api.chat(run.chatId, fleet.url)).toEqual(chat)
})

test('a place without an installation, an address that is none: a sentence and 1', slowly, async () => {
  await using folder = await temporaryFolder('none')
  const env = { DATA_DIR: folder.path }
  const copy = await shoal(['db', 'copy', '--to', 'postgres://nobody@127.0.0.1:1/x'], env)
  expect(copy).toMatchObject({ code: 1, out: '' })
  expect(copy.err).toMatch(/^shoal db copy: there is no installation in .*DATA_DIR\n$/)
  const backup = await shoal(['backup', 'x.backup'], {
    ...env,
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/x',
  })
  expect(backup).toMatchObject({ code: 1, out: '' })
  expect(backup.err.trim().split('\n')).toHaveLength(1)
})
