import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ApiClient } from '../support/api-client.ts'
import { startInstance } from '../support/instance-process.ts'
import type { InstanceProcess } from '../support/instance-process.ts'
import { Reader } from '../support/reader.ts'
import { startScriptedProvider } from '../support/scripted-provider.ts'
import type { ScriptedProvider } from '../support/scripted-provider.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import type { TemporaryFolder } from '../support/temporary-folder.ts'

const faultModule = join(import.meta.dirname, '../support/fault-on-signal.ts')

let folder: TemporaryFolder
let provider: ScriptedProvider
const started: InstanceProcess[] = []
beforeAll(async () => {
  folder = await temporaryFolder('process-faults')
  provider = await startScriptedProvider({ slow: { words: 40, wordsPerSecond: 20 } })
})
afterAll(async () => {
  await Promise.all(started.map((instance) => instance.stop()))
  await provider.close()
  await folder.remove()
})

async function start(fault: string): Promise<{ instance: InstanceProcess; log: () => Promise<string> }> {
  const logFile = join(folder.path, `${fault}.log`)
  const instance = await startInstance({
    label: fault,
    logFile,
    expectFaults: true,
    env: {
      DATA_DIR: join(folder.path, fault),
      OPENAI_API_BASE_URL: provider.v1,
      ENABLE_OLLAMA_API: 'false',
      ENABLE_METRICS: 'true',
      NODE_OPTIONS: `--import=${faultModule}`,
      FAULT_ON_SIGNAL: fault,
    },
  })
  started.push(instance)
  return { instance, log: () => readFile(logFile, 'utf8') }
}

describe.concurrent('process faults do not cut answers off', () => {
  test('an uncaught exception is logged with an id, the running answer finishes, and the exit code is 70', async () => {
    const { instance, log } = await start('throw')
    const api = new ApiClient(instance.url)
    await api.signUp()
    const { runId } = await api.startRun({ model: 'slow', text: 'go on' })
    const reader = new Reader({ urls: () => [instance.url], token: api.token, runId })
    await expect.poll(() => reader.text.length).toBeGreaterThan(0)
    instance.kill('SIGUSR2')
    await reader.finished(15_000)
    expect(reader.end?.status).toBe('done')
    expect(await instance.exited()).toBe(70)
    expect(await log()).toMatch(/"errorId":"[^"]+","event":"uncaughtException"/)
  })

  test('an unhandled rejection is logged with an id and counted, and the instance continues; S26: it exits once stopped', async () => {
    const { instance, log } = await start('reject')
    const metrics = async (): Promise<string> => (await fetch(`${instance.url}/metrics`)).text()
    expect(await metrics()).toContain('shoal_unhandled_rejections 0')
    instance.kill('SIGUSR2')
    await expect.poll(metrics).toContain('shoal_unhandled_rejections 1')
    await expect.poll(log).toMatch(/"errorId":"[^"]+","event":"unhandledRejection"/)
    expect((await fetch(`${instance.url}/ready`)).status).toBe(200)
    // S26: a process that has stopped exits, whatever is still open.
    instance.kill('SIGTERM')
    expect(await instance.exited()).toBe(0)
  })
})
