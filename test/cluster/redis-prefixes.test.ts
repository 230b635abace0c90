import { expect, onTestFinished, test } from 'vitest'
import { silentLogger } from '../../server/base/index.ts'
import type { Logger } from '../../server/base/index.ts'
import { startInProcess } from '../support/in-process-fleet.ts'
import { startPostgresServer } from '../support/postgres-server.ts'
import { startStandalone } from '../support/redis-server.ts'

interface Cluster {
  store: { warnings: string[] }
}

test('O6: instances with two Redis prefixes on one database both report it, with both names', async () => {
  const [postgres, redis] = await Promise.all([startPostgresServer(), startStandalone()])
  onTestFinished(async () => {
    await Promise.all([postgres.stop(), redis.stop()])
  })
  const logged: string[] = []
  const logger = Object.assign(Object.create(silentLogger) as Logger, {
    warn: (...args: unknown[]) => logged.push(String(args.at(-1))),
  })
  await using fleet = await startInProcess({
    databaseUrl: await postgres.createDatabase(),
    env: { REDIS_URL: redis.variables.url, REDIS_KEY_PREFIX: 'first' },
    logger,
  })
  await fleet.add({ REDIS_KEY_PREFIX: 'second' })
  for (const url of fleet.urls()) {
    await expect
      // The first instance compares every 30 s.
      .poll(async () => await (await fetch(`${url}/ready`)).text(), { timeout: 45_000 })
      .toMatch(/"redis-prefix","ok":false.*(first.*second|second.*first).*REDIS_KEY_PREFIX/)
    expect((await fetch(`${url}/ready`)).status).toBe(200)
    const cluster = await fleet.api.call<Cluster>('GET', '/api/cluster', undefined, url)
    expect(cluster.store.warnings).toEqual([expect.stringMatching(/first.*second|second.*first/)])
  }
  const reports = logged.filter((line) => line.includes('Redis prefix "first"'))
  expect(reports).toHaveLength(2)
  expect(reports.every((line) => line.includes('Redis prefix "second"'))).toBe(true)

  // An instance without Redis reports both prefixes too.
  const alone = await fleet.add({ REDIS_URL: '' })
  expect(await (await fetch(`${alone.url}/ready`)).text()).toMatch(/no Redis.*first.*second/)
})
