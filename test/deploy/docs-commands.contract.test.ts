// Runs the commands on the pages of docs/; only paths and ports are replaced. Commands that cannot run here are listed
// with the reason. A block that is neither run nor listed fails.
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, statSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiClient } from '../support/api-client.ts'
import { freePort, freePorts } from '../support/free-port.ts'
import { startInstance } from '../support/instance-process.ts'
import { startPostgresServer } from '../support/postgres-server.ts'
import type { PostgresServer } from '../support/postgres-server.ts'
import { RedisProcess } from '../support/redis-process.ts'
import { startStandalone } from '../support/redis-server.ts'
import { startScriptedProvider } from '../support/scripted-provider.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { documentedCommands, runCommands } from './support/documented-commands.ts'

const root = join(import.meta.dirname, '../..')

/** Pages and commands that are not run, with the reasons. */
const notRun: { page?: string; command?: RegExp; reason: string }[] = [
  { page: 'docs/deploy/aws.md', reason: 'needs AWS; load-balancer.contract.test.ts tests its times' },
  { page: 'docs/deploy/kubernetes.md', reason: 'needs a cluster; npm run deploy:check renders it' },
  { page: 'docs/deploy/systemd.md', reason: 'changes the machine; npm run deploy:check verifies the units' },
  {
    command: /docker compose|rolling-restart\.sh/,
    reason: 'needs Docker; npm run deploy:check reads the files',
  },
  { command: /caddy run/, reason: 'asks for a public certificate; proxies.contract.test.ts runs the file' },
  { command: /^npm run fleet/, reason: 'fleet.contract.test.ts runs it' },
  { command: /^git clone|^npm ci$|npm test/, reason: 'already done by the run of this test' },
  { command: /^OLLAMA_BASE_URL/, reason: 'needs Ollama' },
]

const reasonFor = (page: string, command: string): string | undefined =>
  notRun.find((it) => it.page === page || it.command?.test(command))?.reason

let folder: string
let postgres: PostgresServer
let redisUrl: string
let providerUrl: string
const stack = new AsyncDisposableStack()

beforeAll(async () => {
  folder = stack.use(await temporaryFolder('docs')).path
  postgres = await startPostgresServer()
  stack.defer(() => postgres.stop())
  redisUrl = stack.use(await startStandalone()).variables.url
  const provider = await startScriptedProvider()
  stack.defer(() => provider.close())
  providerUrl = provider.v1
  const bin = join(folder, 'bin')
  await mkdir(bin)
  // Replaces the entry point of the image.
  const script = `#!/bin/sh\nexec "${process.execPath}" server/cli.ts "$@"\n`
  await writeFile(join(bin, 'shoal'), script, { mode: 0o755 })
})
afterAll(() => stack.disposeAsync())

type Replaced = [from: string | RegExp, to: string][]

async function runWithReplacements(
  commands: string[],
  { replaced = [], ports, env = {} }: { replaced?: Replaced; ports?: number[]; env?: Record<string, string> },
): ReturnType<typeof runCommands> {
  const changed = commands.map((command) =>
    replaced.reduce((text, [from, to]) => text.replaceAll(from, to), command.replace('npm ci && ', '')),
  )
  const path = `${join(folder, 'bin')}:${process.env['PATH']}`
  const all = { PATH: path, HOST: '127.0.0.1', LOG_FORMAT: 'json', ...env }
  return runCommands(changed, { env: all, ...(ports ? { ports } : {}) })
}

/** Checks `/health`, signs up and uses the token, all with curl. Returns the token. */
function signUp(port: number): string {
  const curl = (...words: string[]): string =>
    execFileSync('curl', ['-fsS', '-m', '30', ...words], { encoding: 'utf8' })
  const url = `http://127.0.0.1:${port}`
  expect(JSON.parse(curl(`${url}/health`))).toMatchObject({ status: 'ok' })
  const person = JSON.stringify({ name: 'Ann', email: 'ann@example.com', password: 'correct horse' })
  // The header of a page on this machine. With secure cookies, an instance accepts no password over plain HTTP
  // otherwise.
  const origin = `origin: https://127.0.0.1:${port}`
  const json = ['-H', 'content-type: application/json', '-H', origin, '-d', person]
  const answer = JSON.parse(curl(...json, `${url}/api/auth/sign-up`)) as { token: string }
  expect(curl('-H', `authorization: Bearer ${answer.token}`, `${url}/api/auth/me`)).toContain(
    'ann@example.com',
  )
  return answer.token
}

async function oneInstance(commands: string[], replaced: Replaced = []): Promise<string> {
  const port = await freePort()
  const data = join(folder, `data-${port}`)
  await using _ = await runWithReplacements(commands, {
    ports: [port],
    replaced,
    env: { PORT: String(port), DATA_DIR: data },
  })
  signUp(port)
  expect(existsSync(join(data, 'shoal.db'))).toBe(true)
  return data
}

async function threeInstances(commands: string[]): Promise<void> {
  const ports = await freePorts(3)
  const replaced: Replaced = [
    [/DATABASE_URL=\S+/g, `DATABASE_URL=${await postgres.createDatabase()}`],
    [/REDIS_URL=\S+/g, `REDIS_URL=${redisUrl}`],
    ...ports.map((port, index): [string, string] => [`808${index + 1}`, String(port)]),
  ]
  const env = { DATA_DIR: join(folder, 'three'), REDIS_KEY_PREFIX: `docs-${ports[0]}` }
  await using _ = await runWithReplacements(commands, { ports, replaced, env })
  const authorization = `Bearer ${signUp(ports[0] ?? 0)}`
  for (const port of ports) {
    const answer = await fetch(`http://127.0.0.1:${port}/api/auth/me`, { headers: { authorization } })
    expect(answer.status).toBe(200)
  }
}

const saved = (): string => join(folder, 'saved.backup')
/** Runs the commands while an installation is in use, as for the backup of the page. */
async function runBesideServer(commands: string[]): Promise<void> {
  const port = await freePort()
  const env = { PORT: String(port), DATA_DIR: join(folder, 'kept') }
  await using _ = await runWithReplacements(['npm start'], { ports: [port], env })
  signUp(port)
  await using it = await runWithReplacements(commands, { replaced: [[/\/backups\/\S+/g, saved()]], env })
  expect(it.output()).toContain('Saved 1 accounts')
}

/** How to run each block, by its page and number. */
const plans: Record<string, (commands: string[]) => Promise<unknown>> = {
  'README.md 1': oneInstance,
  'README.md 2': (commands) => oneInstance(commands, [['http://localhost:8000/v1', providerUrl]]),
  'README.md 3': threeInstances,
  async 'README.md 4'(commands) {
    const port = await freePort()
    await writeFile(join(folder, 'password'), 'correct horse\n')
    const replaced: Replaced = [
      ['8080', String(port)],
      ['--data ./data', ''],
      ['< password', `< ${join(folder, 'password')}`],
    ]
    await using it = await runWithReplacements(commands, {
      replaced,
      ports: [port],
      env: { DATA_DIR: join(folder, 'line') },
    })
    expect(it.output()).toMatch(/ann@example\.com: admin[^]*^sk-[^]*WEBUI_NAME/m)
    await new ApiClient(`http://127.0.0.1:${port}`).signIn('ann@example.com')
  },
  'docs/deploy/single.md 1': oneInstance,
  'docs/deploy/single.md 2': oneInstance,
  'docs/deploy/fleet.md 2': threeInstances,
  async 'docs/deploy/upgrade.md 1'(commands) {
    const url = await postgres.createDatabase()
    const file = join(root, 'deploy/postgres/roles.sql')
    execFileSync('psql', ['--no-psqlrc', '--quiet', '--set', 'ON_ERROR_STOP=1', '--file', file, url])
    const replaced: Replaced = ['shoal_app', 'shoal_owner'].map((role) => [
      new RegExp(`postgresql://${role}:\\S+`, 'g'),
      url.replace('shoal@', `${role}@`),
    ])
    await using it = await runWithReplacements(commands, { replaced })
    expect(it.output()).toContain('The database is up to date')
  },
  async 'docs/deploy/compose.md 3'(commands) {
    const secrets = join(folder, 'secrets')
    await using _ = await runWithReplacements(commands, { replaced: [['deploy/compose/secrets', secrets]] })
    expect(statSync(secrets).mode & 0o777).toBe(0o700)
    for (const name of ['database-url', 'redis-url', 'webui-secret-key', 'tls-cert.pem', 'tls-key.pem'])
      expect(statSync(join(secrets, name)).size).toBeGreaterThan(20)
  },
  async 'docs/deploy/redis.md 1'(commands) {
    const acl = join(folder, 'users.acl')
    const replaced: Replaced = [
      ['" users.acl', '" deploy/redis/users.acl'],
      ['/etc/redis/users.acl', acl],
    ]
    await using _ = await runWithReplacements(commands, { replaced, env: { PASSWORD: 'a password' } })
    const redis = new RedisProcess({
      folder,
      port: await freePort(),
      config: [`aclfile ${acl}`],
      client: { username: 'shoal', password: 'a password' },
    })
    await redis.start()
    stack.defer(() => redis.stop())
    expect(await redis.admin.ping()).toBe('PONG')
  },
  'docs/operations/backup.md 1': runBesideServer,
  async 'docs/operations/backup.md 2'(commands) {
    const url = await postgres.createDatabase()
    const replaced: Replaced = [
      [/--from \S+/g, `--from ${saved()}`],
      [/DATABASE_URL=\S+/g, `DATABASE_URL=${url}`],
    ]
    const env = { DATA_DIR: join(folder, 'restored') }
    await using it = await runWithReplacements(commands, { replaced, env })
    expect(it.output().match(/Restored 1 accounts/g)).toHaveLength(2)
  },
  async 'docs/operations/backup.md 3'(commands) {
    await using it = await runWithReplacements(commands, { env: { DATA_DIR: join(folder, 'restored') } })
    expect(it.output()).toContain('starts nothing by itself')
  },
  async 'docs/operations/backup.md 4'(commands) {
    const replaced: Replaced = [[/--to \S+/g, `--to ${await postgres.createDatabase()}`]]
    await using it = await runWithReplacements(commands, {
      replaced,
      env: { DATA_DIR: join(folder, 'kept') },
    })
    expect(it.output()).toContain('Copied 1 accounts')
  },
  async 'docs/deploy/upgrade.md 2'(commands) {
    const env = { DATA_DIR: join(folder, 'secret'), WEBUI_SECRET_KEY: 'the former secret of this data' }
    const instance = await startInstance({ label: 'former', env })
    await instance.stop()
    const { DATA_DIR } = env
    await using it = await runWithReplacements(commands, {
      env: { DATA_DIR, FORMER_SECRET: env.WEBUI_SECRET_KEY },
    })
    expect(it.output()).toContain('The secret was changed')
  },
  async 'docs/operations/workers.md 1'(commands) {
    const port = await freePort()
    const replaced: Replaced = [
      [/DATABASE_URL=\S+/g, `DATABASE_URL=${await postgres.createDatabase()}`],
      [/REDIS_URL=\S+/g, `REDIS_URL=${redisUrl}`],
    ]
    const env = { PORT: String(port), DATA_DIR: join(folder, 'workers'), REDIS_KEY_PREFIX: 'docs-workers' }
    await using _ = await runWithReplacements(commands, { ports: [port], replaced, env })
    signUp(port)
  },
}

const pages = globSync(['README.md', 'docs/**/*.md'], { cwd: root })
  .sort()
  .filter((page) => documentedCommands(page).length > 0)

describe.each(pages)('%s', (page) => {
  for (const [index, commands] of documentedCommands(page).entries()) {
    const name = `${page} ${index + 1}`
    const mine = commands.filter((command) => reasonFor(page, command) === undefined)
    for (const command of commands) {
      const reason = reasonFor(page, command)
      if (reason !== undefined && !notRun.some((it) => it.page === page))
        test.skip(`${command} (${reason})`, () => {})
    }
    if (mine.length === 0) continue
    test(`block ${index + 1}: ${mine.join(' ; ')}`, { timeout: 180_000 }, async () => {
      const plan = plans[name]
      if (!plan)
        throw new Error(
          `there is no plan for block ${index + 1} of ${page}: add one, or list it in notRun with the reason`,
        )
      await plan(mine)
    })
  }
  const whole = notRun.find((it) => it.page === page)
  if (whole) test.skip(`the whole page (${whole.reason})`, () => {})
})
