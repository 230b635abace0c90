import { expect, test, vi } from 'vitest'
import { startScriptedProvider } from '../../test/support/scripted-provider.ts'
import { silentLogger } from '../base/index.ts'
import { ConnectionModels } from './connection-models.ts'
import { createUpstream } from './create-upstream.ts'

test('a connection that begins to fail, and one that recovers, is reported once', async () => {
  const provider = await startScriptedProvider({ a: { words: 3 } })
  const config = {
    id: 'one',
    kind: 'openai',
    name: 'One',
    baseUrl: provider.v1,
    key: null,
    prefix: '',
    enabled: true,
    order: 0,
    continues: 'none',
    modelIds: [],
    source: 'page',
  } as const
  let now = 0
  const clock = { now: () => now, monotonic: () => now }
  const onHealthChanged = vi.fn()
  const models = new ConnectionModels({ ...config, modelIds: [] }, createUpstream(config, { clock }), {
    clock,
    logger: silentLogger,
    cacheMs: 60_000,
    onLoaded: () => undefined,
    onHealthChanged,
  })
  const reports: number[] = []
  for (const status of [200, 500, 500, 200]) {
    provider.listAnswer = status === 200 ? undefined : { status, body: 'out of order' }
    now += 60_000
    await models.load()
    expect(models.problem === undefined).toBe(status === 200)
    reports.push(onHealthChanged.mock.calls.length)
  }
  expect(reports).toEqual([0, 1, 1, 2])
  await provider.close()
})
