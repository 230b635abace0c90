import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { Reader } from '../support/reader.ts'
import { DockerEngine, findEngineObstacle } from './support/docker-engine.ts'
import { makeImages } from './support/engine-images.ts'
import type { ImageVariables } from './support/engine-images.ts'
import { EngineSet } from './support/engine-set.ts'
import { newestNginx } from './support/new-nginx.ts'
import { findNetworkObstacle } from './support/network.ts'
import { startPublishedSet, startSet } from './support/published-set.ts'
import type { PublishedSet } from './support/published-set.ts'

const nginx = newestNginx()
const why = findNetworkObstacle() ?? (nginx ? undefined : 'needs nginx')
const report: string[] = []
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

afterAll(() => console.log(['published compose files:', ...report].join('\n  ')))

let running: PublishedSet | undefined
afterEach(async () => {
  await running?.[Symbol.asyncDispose]()
  running = undefined
})

/**
 * Starts an answer of the demo model, runs `during`, and expects the complete answer in the store and at the reader.
 */
async function answersWhile({ api }: PublishedSet, during?: () => Promise<unknown>): Promise<void> {
  const { items } = await api.call<{ items: { id: string }[] }>('GET', '/api/models')
  const run = await api.startRun({ model: items[0]!.id, text: 'Tell me about tides' })
  const reader = new Reader({ urls: () => [api.url], token: api.token, runId: run.runId })
  await expect.poll(() => reader.text.length, { timeout: 20_000 }).toBeGreaterThan(20)
  await during?.()
  await reader.finished(60_000)
  const stored = (await api.chat(run.chatId)).messages.at(-1)!
  expect(stored.status).toBe('done')
  expect(reader.text).toBe(stored.text)
}

const title = (name: string): string => (why ? `${name} (skipped: ${why})` : name)

test.skipIf(why)(
  title('O3: the published compose.single.yaml: an account, an answer, a restart'),
  async () => {
    running = await startPublishedSet(['compose.single.yaml'], nginx!)
    const { set, api, upMs } = running
    await api.signUp()
    await answersWhile(running)
    const began = performance.now()
    await set.restart('shoal')
    await answersWhile(running)
    report.push(
      `compose.single.yaml: ${set.how}; up in ${seconds(upMs)}, restarted in ${seconds(performance.now() - began)}`,
    )
  },
)

const sets = [
  { name: 'compose.yaml', files: ['compose.yaml'] },
  { name: 'compose.sentinel.yaml', files: ['compose.yaml', 'compose.sentinel.yaml'] },
  { name: 'compose.cluster.yaml', files: ['compose.yaml', 'compose.cluster.yaml'] },
]

/** Kills one instance after the other during answers, then restarts Redis during an answer. */
async function survivesFaults(name: string, it: PublishedSet): Promise<void> {
  const { set, api, upMs } = it
  await api.signUp()
  await answersWhile(it)

  let began = performance.now()
  // It is unknown which instance writes the answer, so each one is killed in turn.
  for (const instance of ['shoal-1', 'shoal-2', 'shoal-3']) {
    await answersWhile(it, () => set.kill(instance))
    await set.start(instance)
  }
  const killedMs = performance.now() - began

  began = performance.now()
  await answersWhile(it, () => set.restart('redis'))
  await answersWhile(it)
  const redisMs = performance.now() - began
  report.push(
    `${name}: ${set.how}; up in ${seconds(upMs)}, three instances killed one by one in ${seconds(killedMs)}, Redis restarted in ${seconds(redisMs)}`,
  )
}

describe.each(sets)('$name', ({ name, files }) => {
  test.skipIf(why)(
    title('O3, O4: starts unchanged, and answers survive a killed instance and a restarted Redis'),
    async () => {
      running = await startPublishedSet(files, nginx!)
      await survivesFaults(name, running)
    },
    300_000,
  )
})

describe('with Docker', () => {
  const whyNot = findEngineObstacle() ?? (nginx ? undefined : 'needs nginx')
  let engine: DockerEngine | undefined
  let images: ImageVariables
  let failed: string | undefined
  beforeAll(async () => {
    if (whyNot !== undefined) return
    try {
      engine = await DockerEngine.start()
    } catch (error) {
      failed = error instanceof Error ? error.message : String(error)
      return
    }
    images = await makeImages(engine, nginx!)
  }, 600_000)
  afterAll(() => engine?.[Symbol.asyncDispose](), 60_000)

  test.skipIf(whyNot).for(process.env['SHOAL_TEST_ALL'] === '1' ? sets : sets.slice(0, 1))(
    `O3, O4: $name starts unchanged, and answers survive a killed instance and a restarted Redis${whyNot ? ` (skipped: ${whyNot})` : ''}`,
    { timeout: 600_000 },
    async ({ name, files }, { skip }) => {
      if (!engine) return skip(failed)
      const docker = engine
      running = await startSet(files, nginx!, { make: (options) => new EngineSet(docker, images, options) })
      await survivesFaults(name, running)
    },
  )
})
