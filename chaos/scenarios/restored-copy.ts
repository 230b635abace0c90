import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ApiClient } from '../../test/support/api-client.ts'
import { startInstance } from '../../test/support/instance-process.ts'
import type { InstanceProcess } from '../../test/support/instance-process.ts'
import { runShoal } from '../../test/support/run-shoal.ts'
import { temporaryFolder } from '../../test/support/temporary-folder.ts'
import type { Scenario } from '../scenario.ts'
import { checkAnswers, seconds } from '../support/check-answers.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'

const words = 300
const wordsPerSecond = 20
/** Longer than a lease and than the intervals at which an instance looks for orphaned runs and for jobs. */
const besideMs = 9000

/**
 * A backup of a fleet during an answer is restored twice, and all copies start with the provider and Redis of the
 * fleet.
 */
export const restoredCopy: Scenario = {
  name: 'restored-copy',
  promise: 'P14',
  bound:
    'a backup taken during an answer, restored into PostgreSQL and into a folder (which is also copied), all started beside the original: 0 connections of the copies to the provider, the original completes its answer',
  short: false,
  async run(bench) {
    const fleet = await bench.fleet({ instances: 2, scripts: { words: { words, wordsPerSecond } } })
    await using folder = await temporaryFolder('copies')
    const provider = new URL(fleet.provider.v1)
    const proxy = await startTcpProxy({ host: provider.hostname, port: Number(provider.port) })
    const copies: InstanceProcess[] = []
    const broken: string[] = []
    try {
      const answer = await fleet.startAnswer('words', 'question')
      const watched = [{ answer, readers: [fleet.read(answer)] }]
      await delay(2500)
      const file = join(folder.path, 'all.backup')
      const targets = {
        postgres: { DATABASE_URL: await bench.postgres.createDatabase() },
        restored: { DATA_DIR: join(folder.path, 'restored') },
      }
      await shoal(['backup', '--to', file], { DATABASE_URL: fleet.databaseUrl })
      for (const env of Object.values(targets)) await shoal(['restore', '--from', file], env)
      cpSync(targets.restored.DATA_DIR, join(folder.path, 'copied'), { recursive: true })
      const started = performance.now()
      for (const [label, env] of Object.entries({
        ...targets,
        copied: { DATA_DIR: join(folder.path, 'copied') },
      })) {
        copies.push(
          await startInstance({
            label,
            env: {
              DATA_DIR: join(folder.path, `${label}-data`),
              OPENAI_API_BASE_URL: fleet.provider.v1.replace(provider.port, String(proxy.port)),
              ENABLE_OLLAMA_API: 'false',
              REDIS_URL: fleet.redis?.variables.url ?? '',
              REDIS_KEY_PREFIX: `copy-${label}`,
              ...env,
            },
          }),
        )
      }
      await delay(besideMs)
      const beside = performance.now() - started
      if (proxy.connections > 0)
        broken.push(`the copies connected to the provider ${proxy.connections} times`)
      for (const { url, label } of copies) broken.push(...(await signedOut(url, fleet.api.token, label)))
      broken.push(...(await checkAnswers(fleet, watched, { words, continues: true })))
      const calls = await fleet.provider.calls()
      if (calls.length !== 1) broken.push(`the provider was called ${calls.length} times`)
      return {
        measured: `3 copies ran for ${seconds(beside)}: ${proxy.connections} connections to the provider, ${calls.length} request for the answer`,
        broken,
      }
    } finally {
      for (const copy of copies) copy.kill('SIGKILL')
      await Promise.all(copies.map((copy) => copy.exited()))
      proxy.stop()
      await fleet.close()
    }
  },
}

async function shoal(words: string[], env: Record<string, string>): Promise<void> {
  const { code, err } = await runShoal(words, env)
  if (code !== 0) throw new Error(`shoal ${words.join(' ')}: ${err}`)
}

async function signedOut(url: string, token: string, label: string): Promise<string[]> {
  const copy = new ApiClient(url)
  copy.token = token
  const outcome = await copy.call('GET', '/api/auth/me').then(
    () => 'accepted',
    (error: unknown) => String(error),
  )
  return outcome.includes('401') ? [] : [`a session of the original on the copy “${label}”: ${outcome}`]
}
