// Sends raw bytes to a running instance, directly and through the documented nginx. The instance must not exit, must
// not return 500, and must not log an error. FUZZ_SEED=… repeats a run.
import { readFileSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startNginxInFrontOf } from '../deploy/support/local-nginx.ts'
import { ApiClient } from '../support/api-client.ts'
import { makeCertificates } from '../support/certificates.ts'
import { startInstance } from '../support/instance-process.ts'
import type { InstanceProcess } from '../support/instance-process.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { exchange } from './exchange.ts'
import type { Target } from './exchange.ts'
import { malformed } from './odd-requests.ts'
import { completion, live, routed } from './requests.ts'
import { frames, upgrade } from './sockets.ts'

const all = process.env['SHOAL_TEST_ALL'] === '1'
const seed = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const inputs = all ? 20_000 : 2000
/** The number of inputs that are sent concurrently, each on its own connection. */
const batch = 50

/** Inputs that failed in earlier runs. Each is a list of pieces that are written one after another. */
const failuresFile = join(import.meta.dirname, 'earlier-failures.json')
const earlierFailures = JSON.parse(readFileSync(failuresFile, 'utf8')) as string[][]

const stack = new AsyncDisposableStack()
let instance: InstanceProcess
let direct: Target
let proxied: Target
let logFile: string

beforeAll(async () => {
  const folder = stack.use(await temporaryFolder('fuzz'))
  logFile = join(folder.path, 'instance.log')
  instance = await startInstance({
    label: 'fuzzed',
    logFile,
    env: {
      DATA_DIR: join(folder.path, 'data'),
      ENABLE_SIGNUP: 'true',
      ENABLE_OLLAMA_API: 'false',
      ENABLE_METRICS: 'true',
      ENABLE_DEMO_MODEL: 'true',
    },
  })
  stack.defer(() => instance.stop())
  const api = new ApiClient(instance.url)
  await api.signUp()
  // All inputs belong to one user, and a limit would keep later inputs from being tested.
  await api.changeSettings({ runsPerMinute: null, runningPerUser: null, socketsPerUser: null })
  const certificates = await makeCertificates(folder.path)
  const nginx = await startNginxInFrontOf({ folder: folder.path, instances: [instance], certificates })
  stack.defer(() => nginx.stop())
  direct = { port: instance.port, tls: false, token: api.token }
  proxied = { port: Number(new URL(nginx.url).port), tls: true, token: api.token }
}, 60_000)
afterAll(() => stack.disposeAsync())

const counts = { sent: 0, answered: 0, exits: 0, status500: 0 }
const statuses = new Map<string, number>()

/** Sends the inputs, and returns the problems of the instance and its responses. */
async function problemsAfter(sent: string[][], target: Target): Promise<string[]> {
  const answers = await Promise.all(sent.map((pieces) => exchange(pieces, target)))
  counts.sent += sent.length
  counts.answered += answers.filter((answer) => answer !== '').length
  for (const answer of answers) {
    const status = /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 'none'
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  }
  const failed = answers.filter((answer) => /^HTTP\/1\.1 500|"code":"internal"/m.test(answer))
  counts.status500 += failed.length
  const health = await fetch(`${instance.url}/health`).then(
    ({ status }) => status,
    (error: unknown) => String(error),
  )
  if (!instance.alive) counts.exits++
  return [
    ...failed.map((answer) => `a response was an unexpected error: ${answer.slice(0, 600)}`),
    ...(instance.alive ? [] : ['the process exited']),
    ...(health === 200 ? [] : [`/health returned ${health}`]),
  ]
}

const input = fc.oneof(
  { weight: 4, arbitrary: routed },
  { weight: 2, arbitrary: completion },
  { weight: 2, arbitrary: live },
  { weight: 2, arbitrary: malformed },
  { weight: 2, arbitrary: upgrade },
  { weight: 4, arbitrary: frames },
)

async function fuzz(runs: number, target: () => Target): Promise<void> {
  const result = await fc.check(
    fc.asyncProperty(fc.array(input, { minLength: batch, maxLength: batch }), async (sent) => {
      expect(await problemsAfter(sent, target())).toEqual([])
    }),
    { seed, numRuns: runs / batch, endOnFailure: true },
  )
  if (!result.failed) return
  const sent = result.counterexample?.[0] ?? []
  // Sends the inputs of the batch one by one to find those that fail, if the instance is still alive.
  const culprits: string[][] = instance.alive ? [] : sent
  for (const pieces of instance.alive ? sent : []) {
    if ((await problemsAfter([pieces], target())).length > 0) culprits.push(pieces)
  }
  writeFileSync(failuresFile, `${JSON.stringify([...earlierFailures, ...culprits], null, 2)}\n`)
  throw new Error(
    `FUZZ_SEED=${seed} repeats it; the inputs were added to ${failuresFile}\n${String(result.errorInstance)}`,
  )
}

test('raw bytes from users and unauthenticated clients cause no exit and no unexpected error', async () => {
  for (const target of [direct, proxied]) expect(await problemsAfter(earlierFailures, target)).toEqual([])
  await fuzz(inputs * 0.8, () => direct)
  await fuzz(inputs * 0.2, () => proxied)
  const log = await readFile(logFile, 'utf8')
  expect(log.split('\n').filter((line) => /"level":(50|60)/.test(line))).toEqual([])
  console.log(
    `fuzz: seed ${seed}, ${earlierFailures.length} earlier failures replayed, ${counts.sent} inputs, ` +
      `${counts.answered} answered, ${counts.exits} exits, ${counts.status500} unexpected errors; by status: ` +
      [...statuses]
        .toSorted()
        .map(([status, count]) => `${status} ${count}×`)
        .join(', '),
  )
  expect(counts).toMatchObject({ exits: 0, status500: 0 })
  expect(counts.sent).toBeGreaterThanOrEqual(inputs)
}, 240_000)
