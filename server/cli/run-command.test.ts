import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createOperator, createPasswordHasher } from '../accounts/index.ts'
import { silentLogger, systemClock } from '../base/index.ts'
import { openStore } from '../store/index.ts'
import { adminSocketPath, serveAdminSocket } from '../operations/admin-socket.ts'
import { adminVerbs } from '../operations/serve-command-line.ts'
import { runCommand } from './run-command.ts'

function dataDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

interface Ran {
  code: number
  out: string
  err: string
}

async function shoal(
  line: string,
  { env = {}, input = '' }: { env?: Record<string, string>; input?: string } = {},
): Promise<Ran> {
  const out: string[] = []
  const err: string[] = []
  const code = await runCommand(line.split(' '), {
    env,
    print: (text) => out.push(text),
    printError: (text) => err.push(text),
    readInput: () => Promise.resolve(input),
    isTerminal: false,
  })
  return { code, out: out.join('\n'), err: err.join('\n') }
}

const cli = join(import.meta.dirname, '../cli.ts')
const create = 'user create --email Ann@Example.com --name Ann --role admin --password-stdin'

test('manages accounts and keys of an embedded store while no server runs', async () => {
  const env = { DATA_DIR: dataDir() }
  expect(await shoal(create, { env, input: 'correct horse\n' })).toEqual({
    code: 0,
    out: 'ann@example.com: admin',
    err: '',
  })
  expect(
    (await shoal('user create bob@example.com Bob --password-stdin', { env, input: 'correct horse' })).out,
  ).toBe('bob@example.com: user')
  expect((await shoal('user list', { env })).out).toMatch(
    /^EMAIL +ROLE +SINCE +NAME\nbob@example\.com +user +\d{4}-\d\d-\d\d +Bob\nann@example\.com +admin +\S+ +Ann$/,
  )
  const key = await shoal('key create --user bob@example.com --name ci', { env })
  expect(key).toMatchObject({ code: 0, err: '' })
  expect(key.out).toMatch(/^sk-[\w-]{43}$/)
  expect((await shoal('user reset-password bob@example.com', { env })).out).toMatch(/^(\w{4}-){3}\w{4}$/)
  expect((await shoal('user deactivate bob@example.com', { env })).out).toBe(
    'bob@example.com: user, deactivated',
  )
  expect((await shoal('user activate bob@example.com', { env })).out).toBe('bob@example.com: user')
  expect((await shoal('user set-role bob@example.com pending', { env })).out).toBe('bob@example.com: pending')
  const list: unknown = JSON.parse((await shoal('user list --json', { env })).out)
  expect(list).toMatchObject([{ email: 'bob@example.com' }, { email: 'ann@example.com' }])
  expect(await shoal('migrate', { env })).toEqual({
    code: 0,
    out: 'The embedded store is up to date.',
    err: '',
  })
})

test('if a server runs, the server executes the command', async () => {
  const folder = dataDir()
  const store = await openStore({ dataDir: folder, secret: 's', clock: systemClock, logger: silentLogger })
  const revoked: string[] = []
  const operator = createOperator({
    store,
    clock: systemClock,
    hasher: createPasswordHasher(),
    authenticator: { forgetAll: () => {}, revoked: (_, users) => revoked.push(...users) },
    announce: () => {},
  })
  const verbs = adminVerbs(operator)
  const stop = await serveAdminSocket(adminSocketPath(folder), { verbs, logger: silentLogger })
  onTestFinished(async () => {
    await stop()
    await store.close()
  })
  const env = { DATA_DIR: folder }
  expect((await shoal(create, { env, input: 'correct horse\r\n' })).out).toBe('ann@example.com: admin')
  const ann = await store.users.byEmail('ann@example.com')
  expect(await createPasswordHasher().verify(ann?.passwordHash, 'correct horse')).toBe(true)
  await shoal('user reset-password ann@example.com', { env })
  expect(revoked).toEqual([ann?.id])
  expect(await shoal('user deactivate ann@example.com', { env })).toEqual({
    code: 1,
    out: '',
    err: expect.stringContaining('last administrator'),
  })
})

test(
  'if another process has locked the store and does not listen, the refusal names that process',
  { timeout: 30_000 },
  async () => {
    const folder = dataDir()
    const store = await openStore({ dataDir: folder, secret: 's', clock: systemClock, logger: silentLogger })
    onTestFinished(() => store.close())
    // It must be another process: within one process, closing a second file handle would release the lock of the first.
    const ran = spawnSync(process.execPath, [cli, 'user', 'list', '--data', folder], {
      encoding: 'utf8',
    })
    expect(ran.status).toBe(1)
    expect(ran.stderr).toContain(`process ${process.pid}`)
    expect(ran.stderr).not.toContain('    at ')
  },
)

test.each([
  ['user set-role nobody@example.com user', /no account with the email address nobody@example\.com/],
  ['user create --email x --name X --password-stdin', /email must be an email address/],
  ['user create --email x@example.com --name X --password-stdin', /at least 8 characters/],
  ['user create --email x@example.com --name X --role boss --password-stdin', /admin, user or pending/],
])('%s is refused with the reason and without a stack', async (line, reason) => {
  const ran = await shoal(line, { env: { DATA_DIR: dataDir() }, input: 'short' })
  expect(ran).toMatchObject({ code: 1, out: '' })
  expect(ran.err).toMatch(reason)
  expect(ran.err).not.toContain('    at ')
})

test('a password cannot be passed on the command line', async () => {
  const ran = await shoal('user create --email a@b.de --name A', { env: { DATA_DIR: dataDir() } })
  expect(ran).toMatchObject({ code: 64, err: expect.stringContaining('--password-stdin') })
  expect(await shoal('user create --email a@b.de --name A --password x')).toMatchObject({ code: 64 })
})

test('an invalid variable: exit code 78, with name and cure, even if the command does not need it', async () => {
  for (const line of ['start', 'user list', 'config', 'migrate']) {
    const ran = await shoal(line, { env: { DATA_DIR: dataDir(), PORT: 'x', REDIS_URL: 'http://r' } })
    expect(ran, line).toMatchObject({ code: 78, out: '' })
    expect(ran.err, line).toMatch(/^PORT: .*\n {2}What to do: .*/m)
  }
  expect(await shoal('config', { env: { REDIS_URL: 'redis://a,b' } })).toMatchObject({
    code: 78,
    err: expect.stringMatching(/^REDIS_URL: .*\n {2}What to do: set REDIS_CLUSTER=true/),
  })
})

test('config prints effective values and their sources, and no secret', async () => {
  const env = { WEBUI_SECRET_KEY: 'x'.repeat(32), REDIS_ULR: 'redis://r' }
  const ran = await shoal('config --port 81', { env })
  expect(ran.code).toBe(0)
  expect(ran.out).toMatch(/^PORT +81 +\[command line\]$/m)
  expect(ran.out).toMatch(/^WEBUI_SECRET_KEY +\*\*\* +\[environment\]$/m)
  expect(ran.err).toBe('warning: REDIS_ULR is not known: did you mean REDIS_URL?')
})

test('an invalid command: exit code 64, and a hint to the help', async () => {
  expect(await shoal('strat')).toEqual({
    code: 64,
    out: '',
    err: expect.stringMatching(/did you mean start\?.*\nSee shoal help\./s),
  })
})

test('cli.ts itself is executable', { timeout: 30_000 }, () => {
  expect(statSync(cli).mode & 0o111).toBe(0o111)
  const ran = spawnSync(cli, ['version'], { encoding: 'utf8' })
  expect(ran).toMatchObject({ status: 0, stderr: '' })
  expect(ran.stdout).toMatch(/^\d+\.\d+\.\d+(\+[0-9a-f]{10})?\n$/)
})

// The test starts a real process, which is slow on a busy machine.
test('the password is read from standard input of the process', { timeout: 30_000 }, () => {
  const folder = dataDir()
  const args = [cli, ...create.split(' '), '--data', folder]
  // Without this, the command would report the variables of the test run as unknown.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('SHOAL_')))
  const ran = spawnSync(process.execPath, args, { encoding: 'utf8', input: 'correct horse\n', env })
  expect(ran).toMatchObject({ status: 0, stdout: 'ann@example.com: admin\n', stderr: '' })
})
