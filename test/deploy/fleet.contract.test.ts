// The five-minute tutorial in docs/deploy/fleet.md: `npm run fleet` in a terminal.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { expect, test } from 'vitest'
import type { RunSummary } from '../../protocol/http/runs.ts'
import { ApiClient } from '../support/api-client.ts'
import { Reader } from '../support/reader.ts'
import { startFleetCommand } from './support/fleet-command.ts'

test('npm run fleet: sign up at its address, kill the writing instance, the answer resumes; Ctrl-C leaves nothing', async () => {
  const fleet = await startFleetCommand()
  try {
    expect(fleet.instances).toHaveLength(3)
    setDefaultCACertificates([
      ...getCACertificates('default'),
      readFileSync(join(fleet.folder, 'ca.pem'), 'utf8'),
    ])
    const api = new ApiClient(fleet.address)
    api.setupCode = fleet.setupCode
    expect(await (await fetch(`${fleet.address}/health`)).json()).toMatchObject({ status: 'ok' })
    expect((await api.signUp()).role).toBe('admin')

    const run = await api.startRun({ model: 'shoal-demo', text: 'count to 500' })
    const reader = new Reader({ urls: () => [fleet.address], token: api.token, runId: run.runId })
    await expect.poll(() => reader.text.length, { timeout: 30_000 }).toBeGreaterThan(50)
    const { items } = await api.call<{ items: RunSummary[] }>('GET', '/api/runs?limit=9')
    const owner = fleet.instances.find(({ label }) => items[0]?.owner?.startsWith(`${label}.`))
    process.kill(owner?.pid ?? 0, 'SIGKILL')
    await reader.finished(60_000)
    const message = (await api.chat(run.chatId)).messages.at(-1)
    expect(message?.status).toBe('done')
    expect(reader.text).toBe(message?.text)
    // The demo model can resume, so the answer was not regenerated.
    expect(reader.history.resets).toBe(0)
    await expect.poll(() => fleet.output()).toContain(`${owner?.label} (pid ${owner?.pid}) ended`)
  } finally {
    expect((await fleet.processes()).join('\n')).toMatch(/postgres[\s\S]*redis-server[\s\S]*nginx/)
    await fleet.interrupt()
  }
  expect(fleet.output()).toContain('Stopping')
  await expect.poll(() => fleet.processes()).toEqual([])
  expect(existsSync(fleet.folder)).toBe(false)
}, 240_000)
