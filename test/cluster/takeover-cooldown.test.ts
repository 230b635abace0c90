import { afterAll, beforeAll, expect, test } from 'vitest'
import { Client } from 'pg'
import { startInProcess } from '../support/in-process-fleet.ts'
import { startPostgresServer } from '../support/postgres-server.ts'
import type { PostgresServer } from '../support/postgres-server.ts'
import { startScriptedProvider } from '../support/scripted-provider.ts'
import type { ScriptedProvider } from '../support/scripted-provider.ts'

let postgres: PostgresServer
let provider: ScriptedProvider
beforeAll(async () => {
  postgres = await startPostgresServer()
  provider = await startScriptedProvider({ slow: { words: 400, wordsPerSecond: 20 } })
})
afterAll(async () => {
  await provider.close()
  await postgres.stop()
})

/** Leaves the row of an instance that died within a minute of a claim: its last heartbeat, without an instance. */
async function dieSoonAfterAClaim(database: Client, label: string): Promise<void> {
  const facts = JSON.stringify({ label, claiming: true })
  await database.query(
    `insert into shoal.instance (id, facts, beat_at)
     values ($1, $2, floor(extract(epoch from clock_timestamp()) * 1000) - 20000)`,
    [`${label}.${Math.random()}`, facts],
  )
}

test('rule 13: an instance that died twice within a minute of claims leaves takeovers to other instances, if there are any', async () => {
  const databaseUrl = await postgres.createDatabase()
  const env = { OPENAI_API_BASE_URL: provider.v1, OPENAI_API_KEY: 'k' }
  await using fleet = await startInProcess({ instances: 1, databaseUrl, env, hubs: true })
  const database = new Client({ connectionString: databaseUrl })
  await database.connect()
  const listMembers = async (): Promise<{ label: string; takeover: boolean }[]> =>
    (await fleet.api.call<{ members: { label: string; takeover: boolean }[] }>('GET', '/api/cluster')).members
  await dieSoonAfterAClaim(database, 'local-2')
  await dieSoonAfterAClaim(database, 'local-2')
  await dieSoonAfterAClaim(database, 'local-3')
  const second = await fleet.add()
  await fleet.add()
  await expect
    .poll(async () =>
      Object.fromEntries((await listMembers()).map(({ label, takeover }) => [label, takeover])),
    )
    .toEqual({ 'local-1': true, 'local-2': false, 'local-3': true })
  const ready = await (await fetch(`${second.url}/ready`)).text()
  expect(ready).toContain('died twice within a minute')

  const { runId } = await fleet.api.startRun({ model: 'slow', text: 'who goes on?' })
  const owner = async (): Promise<string> =>
    (await database.query<{ owner: string }>('select owner from shoal.run where id = $1', [runId])).rows[0]!
      .owner
  // The owner dies: the store now names an incarnation without a heartbeat.
  await database.query(`update shoal.run set owner = 'local-9.gone', saved_at = 0 where id = $1`, [runId])
  await expect.poll(owner, { timeout: 20_000 }).not.toBe('local-9.gone')
  const claimer = await owner()
  expect(claimer).not.toContain('local-2')
  // The claim was recorded before the run was driven: if the claimer had died, its next start would find the record.
  const { rows } = await database.query<{ facts: string }>('select facts from shoal.instance where id = $1', [
    claimer,
  ])
  expect(JSON.parse(rows[0]!.facts)).toMatchObject({ claiming: true })

  // No other instance is left: then this one takes over nevertheless.
  const [first, , third] = fleet.instances
  fleet.api.url = second.url
  await Promise.all([first!.instance.stop(), third!.instance.stop()])
  await expect.poll(owner, { timeout: 20_000 }).toContain('local-2')
  await database.end()
})
