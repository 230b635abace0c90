import { expect, test } from 'vitest'
import type { ConnectionState } from '../upstream/index.ts'
import { countProblems } from './count-problems.ts'
import type { CountProblemsOptions } from './count-problems.ts'

const problem = { code: 'upstream_unreachable', message: 'Nothing answers.' }
const works: ConnectionState = { models: 1, checkedAt: 1, problem: undefined, pending: false }
const member = {
  incarnation: 'one',
  label: 'one',
  version: '0',
  state: 'running',
  startedAt: 1,
  runs: 0,
  sockets: 0,
  fallbacks: 0,
  people: 0,
  revisions: {},
  takeover: true,
} as const

function options({
  states = [works],
  takeover = [true],
  ping = async () => undefined,
  link,
}: {
  states?: ConnectionState[]
  takeover?: boolean[]
  ping?: () => Promise<void>
  link?: CountProblemsOptions['link']
}): CountProblemsOptions {
  const members = takeover.map((each) => ({ ...member, takeover: each }))
  return {
    membership: { self: 'one', members: () => members } as unknown as CountProblemsOptions['membership'],
    store: {
      kind: 'postgres',
      ping,
      degraded: async () => [],
      epochs: { read: async () => ({ unconfirmed: { apiKeys: 0, jobs: 0 }, begunAt: 0 }) },
      users: { counts: async () => ({ total: 5, pending: 3 }) },
    } as unknown as CountProblemsOptions['store'],
    findings: {},
    models: { states: () => new Map(states.map((state, index) => [String(index), state])) },
    ...(link ? { link } : {}),
  }
}

test('a healthy fleet without Redis has no problems; only the accounts that wait are counted', async () => {
  expect(await countProblems(options({}))).toEqual({
    pendingUsers: 3,
    failingConnections: 0,
    instanceProblems: 0,
  })
})

test('a connection counts if its list failed, even if older models are known, but not while it is first loaded', async () => {
  const states = [
    { ...works, problem },
    { ...works, models: undefined, problem },
    { ...works, models: undefined, checkedAt: undefined, pending: true },
    works,
  ]
  expect(await countProblems(options({ states }))).toMatchObject({ failingConnections: 2 })
})

test('database, Redis and each instance that takes nothing over count as problems', async () => {
  const link = { healthy: () => false, problem: () => undefined, warnings: () => [] }
  const ping = (): Promise<never> => Promise.reject(new Error('away'))
  expect(await countProblems(options({ takeover: [true, false, false], ping, link }))).toMatchObject({
    instanceProblems: 4,
  })
})
