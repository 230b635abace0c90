import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { silentLogger, systemClock } from '../../server/base/index.ts'
import { openStore } from '../../server/store/index.ts'
import { startInProcess } from '../support/in-process-fleet.ts'
import { startPostgresServer } from '../support/postgres-server.ts'
import type { PostgresServer } from '../support/postgres-server.ts'
import { Reader } from '../support/reader.ts'
import { runShoal } from '../support/run-shoal.ts'
import { startScriptedProvider } from '../support/scripted-provider.ts'
import { givenUser } from '../support/store-fixture.ts'

const roles = join(import.meta.dirname, '../../deploy/postgres/roles.sql')

let server: PostgresServer
beforeAll(async () => {
  server = await startPostgresServer()
})
afterAll(() => server.stop())

/** Runs the file with the command that it documents. */
function createRoles(databaseUrl: string): void {
  const ran = spawnSync('psql', ['--no-psqlrc', '--set', 'ON_ERROR_STOP=1', '--file', roles, databaseUrl], {
    encoding: 'utf8',
  })
  expect(ran).toMatchObject({ status: 0 })
}

const asRole = (role: string, url: string): string => url.replace('shoal@', `${role}@`)

async function connect(url: string): Promise<pg.Client> {
  const made = new pg.Client({ connectionString: url })
  await made.connect()
  onTestFinished(() => made.end())
  return made
}

const longTimeout = { timeout: 120_000 }

test(
  'O19: instances run with a role that may not change tables; shoal migrate has a separate address',
  longTimeout,
  async () => {
    const url = await server.createDatabase()
    createRoles(url)
    const env = { DATABASE_URL: asRole('shoal_app', url) }
    const refused = await runShoal(['migrate'], env)
    expect(refused.code).toBe(1)
    expect(refused.err).toMatch(/user shoal_app may not change the tables.*DATABASE_MIGRATION_URL/)
    const migrated = await runShoal(['migrate'], {
      ...env,
      DATABASE_MIGRATION_URL: asRole('shoal_owner', url),
    })
    expect(migrated).toMatchObject({ code: 0, out: 'The database is up to date.\n' })

    const provider = await startScriptedProvider()
    onTestFinished(() => provider.close())
    await using fleet = await startInProcess({
      instances: 2,
      databaseUrl: env.DATABASE_URL,
      env: { OPENAI_API_BASE_URL: provider.v1 },
    })
    const run = await fleet.api.startRun({ model: 'fast', text: 'hello' })
    const reader = new Reader({ urls: () => fleet.urls(), token: fleet.api.token, runId: run.runId })
    await reader.finished(60_000)
    await fleet.api.call('DELETE', `/api/chats/${run.chatId}`)
    expect((await fetch(`${fleet.urls()[0]}/ready`)).status).toBe(200)

    const app = await connect(env.DATABASE_URL)
    for (const forbidden of [
      'create table shoal.mine (id text)',
      'alter table shoal.account add column mine text',
      'drop table shoal.job',
      'create schema mine',
    ])
      await expect(app.query(forbidden)).rejects.toThrow(/permission denied|must be owner/)
    // A table that a later migration adds.
    await (await connect(asRole('shoal_owner', url))).query('create table shoal.later (id text)')
    await app.query(`insert into shoal.later values ('a')`)
  },
)

test('O19: an installation with one role moves to two roles, and the file can be run again', async () => {
  const url = await server.createDatabase()
  const base = { secret: 's', clock: systemClock, logger: silentLogger, dataDir: '' }
  const before = await openStore({ ...base, databaseUrl: url })
  const user = await givenUser(before)
  await before.close()
  createRoles(url)
  createRoles(url)
  const app = await openStore({ ...base, databaseUrl: asRole('shoal_app', url) })
  expect(await app.users.byId(user.id)).toEqual(user)
  await givenUser(app)
  await app.close()
  const owner = await connect(asRole('shoal_owner', url))
  await owner.query('alter table shoal.account add column later text')
  await (await connect(asRole('shoal_app', url))).query('select later from shoal.account')
})
