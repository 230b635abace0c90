import { expect, test } from 'vitest'
import { silentLogger, systemClock } from '../base/index.ts'
import type { Finding } from '../base/index.ts'
import type { InstanceHealth } from './readiness-checks.ts'
import { readinessChecks } from './readiness-checks.ts'
import { createReadiness } from './readiness.ts'

function healthy() {
  return {
    draining: false,
    storeProblem: undefined as string | undefined,
    started: {
      store: { ping: async () => {}, degraded: async (): Promise<Finding[]> => [] },
      chat: { coolingDown: false },
      link: { problem: () => undefined as Finding | undefined },
    },
    findings: {} as InstanceHealth['findings'],
  }
}

const finding: Finding = {
  code: 'c',
  about: 'a',
  severity: 'error',
  problem: 'met another',
  cure: 'change it',
}

async function read(health: InstanceHealth) {
  const { ready, checks } = await createReadiness(readinessChecks(health), {
    clock: systemClock,
    logger: silentLogger,
  })()
  return { ready, problems: checks.filter(({ ok }) => !ok).map(({ name, problem }) => `${name}: ${problem}`) }
}

test('is ready if there is no problem', async () => {
  expect(await read(healthy())).toEqual({ ready: true, problems: [] })
})

test.each<[string, (health: ReturnType<typeof healthy>) => void, string]>([
  ['draining', (it) => (it.draining = true), 'draining: this instance is shutting down'],
  [
    'a store that does not answer',
    (it) => (it.started.store.ping = () => Promise.reject(new Error('gone'))),
    'store: gone',
  ],
  [
    'another installation',
    (it) => (it.findings.installation = finding),
    'installation: met another: change it',
  ],
])('%s keeps traffic away', async (_, breaks, problem) => {
  const health = healthy()
  breaks(health)
  expect(await read(health)).toEqual({ ready: false, problems: [problem] })
})

test.each<[string, (health: ReturnType<typeof healthy>) => void, RegExp]>([
  [
    'a full disk',
    (it) => (it.started.store.degraded = async () => [finding, finding]),
    /^degraded: met another: change it; met another: change it$/,
  ],
  ['another prefix', (it) => (it.findings.otherPrefix = finding), /^redis-prefix: met another: change it$/],
  [
    'a foreign writer',
    (it) => (it.findings.foreignWriter = finding),
    /^redis-prefix: met another: change it$/,
  ],
  [
    'a takeover cooldown',
    (it) => (it.started.chat.coolingDown = true),
    /^takeover: .*died twice.*: look for the cause/,
  ],
  [
    'an unavailable Redis',
    (it) => (it.started.link.problem = () => finding),
    /^redis: met another: change it$/,
  ],
])('%s is reported and does not keep traffic away', async (_, breaks, problem) => {
  const health = healthy()
  breaks(health)
  expect(await read(health)).toEqual({ ready: true, problems: [expect.stringMatching(problem)] })
})

test('reports why the store has not been found yet', async () => {
  const starting = { ...healthy(), started: undefined }
  expect(await read(starting)).toEqual({ ready: false, problems: ['store: this instance is starting'] })
  const problem = 'nothing listens at db:5432'
  expect((await read({ ...starting, storeProblem: problem })).problems).toEqual([`store: ${problem}`])
})
