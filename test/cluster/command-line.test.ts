import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ApiClient } from '../support/api-client.ts'
import { startInstance } from '../support/instance-process.ts'
import type { InstanceProcess } from '../support/instance-process.ts'
import { runProgram, runShoal } from '../support/run-shoal.ts'
import { startPostgresServer } from '../support/postgres-server.ts'
import { mountSmallDisk } from '../support/small-disk.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** Each of these tests starts many processes, which takes minutes on a busy machine. */
const longTimeout = { timeout: 180_000 }

async function startServer(env: Record<string, string>, label = 'one'): Promise<InstanceProcess> {
  const instance = await startInstance({ label, env: { ENABLE_OLLAMA_API: 'false', ...env } })
  onTestFinished(() => instance.stop())
  return instance
}

const modelsOf = ({ url }: InstanceProcess, key: string): Promise<Response> =>
  fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key.trim()}` } })

test(
  'O14: beside a running server: accounts, a valid key, overridden variables, a backup and its restore',
  longTimeout,
  async () => {
    await using folder = await temporaryFolder('command-line')
    const env = { DATA_DIR: join(folder.path, 'data'), WEBUI_NAME: 'Environment' }
    const instance = await startServer(env)
    expect(statSync(join(env.DATA_DIR, 'shoal.sock')).mode & 0o777).toBe(0o600)
    const made = await runShoal(
      ['user', 'create', 'ann@example.com', 'Ann', '--role', 'admin', '--password-stdin'],
      env,
      'correct horse\n',
    )
    expect(made).toEqual({ code: 0, out: 'ann@example.com: admin\n', err: '' })
    expect((await runShoal(['user', 'list'], env)).out).toMatch(/ann@example\.com +admin/)
    // The command of the documentation prints only the key.
    const words = ['key', 'create', '--user', 'ann@example.com', '--name', 'ci']
    const key = await runProgram(['npx', '--no-install', 'shoal', ...words], env)
    expect(key.out).toMatch(/^sk-[\w-]{43}\n$/)
    expect((await modelsOf(instance, key.out)).status).toBe(200)

    const api = new ApiClient(instance.url)
    await api.signIn('ann@example.com')
    const { revision: basedOn } = await api.call<{ revision: string }>('GET', '/api/settings')
    await api.call('PUT', '/api/settings', { basedOn, values: { name: 'Saved' }, unset: [] })
    const output =
      'WEBUI_NAME has no effect: an administrator saved "Saved" on the page, which overrides "Environment"'
    expect((await runShoal(['config'], env)).out).toContain(output)

    const file = join(folder.path, 'all.backup')
    expect(await runShoal(['backup', '--to', file], env)).toMatchObject({
      code: 0,
      out: expect.stringContaining('Saved 1 accounts'),
    })
    // A session that is ended on the command line ends in the running server at once.
    await runShoal(['user', 'reset-password', 'ann@example.com'], env)
    await expect(api.call('GET', '/api/auth/me')).rejects.toThrow('401')

    const restored = { DATA_DIR: join(folder.path, 'restored') }
    const back = await runShoal(['restore', '--from', file], restored)
    expect(back).toMatchObject({ code: 0, out: expect.stringContaining('Restored 1 accounts') })
    expect((await runShoal(['config'], restored)).out).toContain(
      'WEBUI_NAME has no effect: an administrator saved "Saved"',
    )
    const second = await startServer(restored, 'restored')
    // The sessions have ended, and the key waits for an administrator.
    await expect(api.call('GET', '/api/auth/me', undefined, second.url)).rejects.toThrow('401')
    const suspended = await modelsOf(second, key.out)
    expect(suspended.status).toBe(401)
    expect(await suspended.text()).toContain('shoal store confirm')
    expect((await runShoal(['store', 'confirm'], restored)).out).toBe(
      'API keys reactivated: 1. Background jobs reactivated: 0.\n',
    )
    expect((await modelsOf(second, key.out)).status).toBe(200)
    const ended = await runShoal(['store', 'new-epoch'], restored)
    expect(ended.out).toContain('API keys suspended: 1.')
    expect((await modelsOf(second, key.out)).status).toBe(401)
    const taken = await runShoal(['restore', '--from', file], env)
    expect(taken).toMatchObject({ code: 1, out: '' })
    expect(taken.err).toMatch(/^shoal restore: the data in .* is in use by process \d+/)
  },
)

test(
  'db copy: an embedded installation continues in PostgreSQL, with its sessions',
  longTimeout,
  async () => {
    await using folder = await temporaryFolder('db-copy')
    const postgres = await startPostgresServer()
    onTestFinished(() => postgres.stop())
    const databaseUrl = await postgres.createDatabase()
    const env = { DATA_DIR: folder.path }
    const embedded = await startServer(env)
    const api = new ApiClient(embedded.url)
    await api.signUp()
    const run = await api.startRun({ model: 'shoal-demo', text: 'echo me' })
    await expect
      .poll(async () => (await api.chat(run.chatId)).messages.at(-1)?.status, { timeout: 30_000 })
      .toBe('done')
    const chat = await api.chat(run.chatId)
    const busy = await runShoal(['db', 'copy', '--to', databaseUrl], env)
    expect(busy).toMatchObject({ code: 1, err: expect.stringMatching(/in use by process/) })
    await embedded.stop()

    const copied = await runShoal(['db', 'copy', '--to', databaseUrl], env)
    expect(copied.out).toMatch(/^Copied 1 accounts, 1 chats, 2 messages .*\nNext: set DATABASE_URL/)
    expect(copied.err).toContain('message: 2')
    const again = await runShoal(['db', 'copy', '--to', databaseUrl], env)
    expect(again).toMatchObject({ code: 1, err: expect.stringMatching(/already holds an installation/) })

    // Stands for another machine, which shares only the database with the first one.
    const fleet = await startServer({ DATA_DIR: join(folder.path, 'empty'), DATABASE_URL: databaseUrl })
    expect(await api.chat(run.chatId, fleet.url)).toEqual(chat)
  },
)

test(
  'a folder without an installation, or an invalid address: one sentence and exit code 1',
  longTimeout,
  async () => {
    await using folder = await temporaryFolder('none')
    const env = { DATA_DIR: folder.path }
    const copy = await runShoal(['db', 'copy', '--to', 'postgres://nobody@127.0.0.1:1/x'], env)
    expect(copy).toMatchObject({ code: 1, out: '' })
    expect(copy.err).toMatch(/^shoal db copy: there is no installation in .*DATA_DIR\n$/)
    const backup = await runShoal(['backup', 'x.backup'], {
      ...env,
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/x',
    })
    expect(backup).toMatchObject({ code: 1, out: '' })
    expect(backup.err.trim().split('\n')).toHaveLength(1)
  },
)

const canMount = ((): boolean => {
  const disk = mountSmallDisk()
  disk?.unmount()
  return disk !== undefined
})()

test.skipIf(!canMount)(
  'O8: a start on a full disk fails with the cure and without a stack trace',
  longTimeout,
  async () => {
    const disk = mountSmallDisk()
    onTestFinished(() => disk?.unmount())
    disk?.fill()
    const env = { DATA_DIR: disk?.path ?? '' }
    const started = await runShoal(['start', '--port', '0'], env)
    expect(started.code).toBe(69)
    const log = started.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(log.at(-1)).toMatchObject({
      msg: expect.stringMatching(/disk of DATA_DIR \(.*\) is full: free space/),
    })
    expect(started.out + started.err).not.toMatch(/\bat .*:\d+:\d+/)
    const listed = await runShoal(['user', 'list'], env)
    expect(listed).toMatchObject({ code: 1, err: expect.stringMatching(/^the disk of DATA_DIR .* is full/) })
  },
)
