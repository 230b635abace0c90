import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startInProcess } from '../support/in-process-fleet.ts'
import { startPostgresServer } from '../support/postgres-server.ts'
import { startStandalone } from '../support/redis-server.ts'
import { runShoal } from '../support/run-shoal.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startInstance } from '../../server/instance.ts'
import { readConfig } from '../../server/config.ts'
import { silentLogger } from '../../server/base/index.ts'

async function fetchReady(url: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`${url}/ready`)
  return { status: response.status, text: await response.text() }
}

test('O13: a copy under the Redis prefix of the running original does not become ready, and reports what to change', async () => {
  const [postgres, redis] = await Promise.all([startPostgresServer(), startStandalone()])
  onTestFinished(async () => {
    await Promise.all([postgres.stop(), redis.stop()])
  })
  await using folder = await temporaryFolder('copied-store')
  const databaseUrl = await postgres.createDatabase()
  const env = { REDIS_URL: redis.variables.url, WEBUI_SECRET_KEY: 'the same on both sides' }
  await using fleet = await startInProcess({ databaseUrl, env })
  await fleet.api.call('POST', '/api/connections', {
    kind: 'openai',
    name: 'Paid',
    baseUrl: 'http://127.0.0.1:1/v1',
  })
  const file = join(folder.path, 'all.backup')
  const copyUrl = await postgres.createDatabase()
  expect(await runShoal(['backup', '--to', file], { ...env, DATABASE_URL: databaseUrl })).toMatchObject({
    code: 0,
  })
  const restored = await runShoal(['restore', '--from', file], { ...env, DATABASE_URL: copyUrl })
  expect(restored).toMatchObject({ code: 0, out: expect.stringContaining('REDIS_KEY_PREFIX') })

  const startCopy = async (prefix: Record<string, string>): Promise<string> => {
    const reading = readConfig({
      ...env,
      ...prefix,
      DATABASE_URL: copyUrl,
      DATA_DIR: folder.path,
      HOST: '127.0.0.1',
      PORT: '0',
      ENABLE_OLLAMA_API: 'false',
    })
    if (!reading.ok) throw new Error(JSON.stringify(reading.problems))
    const copy = await startInstance({ config: reading.config, version: '0', logger: silentLogger })
    onTestFinished(() => copy.stop())
    await copy.started
    return `http://127.0.0.1:${copy.port}`
  }
  const copy = await startCopy({})
  expect(await fetchReady(copy)).toMatchObject({
    status: 503,
    text: expect.stringMatching(/another copy of its data.*REDIS_KEY_PREFIX/) as string,
  })
  expect((await fetchReady(fleet.urls()[0]!)).status).toBe(200)
  expect((await fetchReady(await startCopy({ REDIS_KEY_PREFIX: 'copy' }))).status).toBe(200)

  // When the instance that signed the proof of the claim leaves, another instance signs a new one, so the copy cannot
  // claim the prefix.
  const second = await fleet.add()
  const prover = async (): Promise<string | undefined> =>
    (await redis.servers[0]!.admin.get('open-webui:shoal1:{installation}:proof'))?.split(' ')[0]
  expect(await prover()).toBe(fleet.instances[0]!.instance.incarnation)
  await fleet.instances.shift()!.instance.stop()
  await expect.poll(prover, { timeout: 15_000 }).toBe(second.instance.incarnation)
  expect((await fetchReady(copy)).status).toBe(503)
  expect((await fetchReady(second.url)).status).toBe(200)

  const besideUrl = await postgres.createDatabase()
  const beside = await runShoal(['restore', '--from', file, '--as-copy'], { ...env, DATABASE_URL: besideUrl })
  expect(beside).toMatchObject({ code: 0, out: expect.stringContaining('Disabled provider connections: 1.') })
})
