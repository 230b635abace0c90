import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Reader } from '../support/reader.ts'
import { ClientLog } from './support/client-log.ts'
import { killUnderLoad, rollingRestart } from './support/fleet-under-load.ts'
import { guideNginx, startNginxInFrontOf } from './support/local-nginx.ts'
import type { LocalNginx } from './support/local-nginx.ts'
import { startProxiedFleet } from './support/proxied-fleet.ts'
import type { ProxiedFleet } from './support/proxied-fleet.ts'

let fleet: ProxiedFleet
let nginx: LocalNginx

beforeAll(async () => {
  // Slightly longer than a stopping instance still serves requests: it then hands over unfinished answers.
  fleet = await startProxiedFleet({ SHUTDOWN_GRACE_SECONDS: '7' })
  nginx = await startNginxInFrontOf(fleet, { balance: 'random;' })
  fleet.api.url = nginx.url
  await fleet.api.signUp()
})

afterAll(async () => {
  await nginx?.stop()
  await fleet?.[Symbol.asyncDispose]()
})

describe('deploy/nginx in front of three instances, balanced at random', () => {
  test('accepts a body of 20 MB, redirects to TLS, blocks /metrics and /ready, and refuses no plain request', async () => {
    expect((await fetch(`${nginx.url}/ready`)).status).toBe(404)
    expect((await fetch(`${nginx.url}/metrics`)).status).toBe(404)
    const page = await fetch(nginx.url)
    expect(page.status).toBe(200)
    expect(page.headers.get('strict-transport-security')).toBe('max-age=31536000')
    const log = new ClientLog({ url: nginx.url, token: fleet.api.token })
    const large = await log.send('POST', '/api/runs', { text: 'x'.repeat(20 * 1024 * 1024) })
    // The response comes from Shoal, not from nginx.
    expect(large.error).toMatch(/"code":"(too_large|invalid)/)
    await log.stop()
  })

  test('a rolling restart of all three: no request fails, every answer ends, every reader has it completely', async () => {
    await rollingRestart(fleet, nginx.url)
  }, 90_000)

  test('a kill: no read fails, every answer resumes elsewhere, only a write in progress may be lost', async () => {
    await killUnderLoad(fleet, nginx.url)
  }, 60_000)
})

describe('the guide’s own server blocks, inside events{} and http{}', () => {
  let guides: LocalNginx

  beforeAll(async () => {
    guides = await startNginxInFrontOf(fleet, {
      folder: join(fleet.folder, 'guide'),
      text: await guideNginx(),
    })
  })
  afterAll(() => guides?.stop())

  test('serve pages, sockets and answers too', async () => {
    const { api } = fleet
    const run = await api.startRun({ model: 'fast', text: 'read me' }, guides.url)
    const reader = new Reader({ urls: () => [guides.url], token: api.token, runId: run.runId })
    await reader.finished(20_000)
    expect(reader.text).toBe((await api.chat(run.chatId, guides.url)).messages.at(-1)?.text)
    const log = new ClientLog({ url: guides.url, token: api.token })
    for (let count = 0; count < 30; count++) await log.send('GET', '/api/auth/me')
    await log.stop()
    expect(log.failed()).toEqual([])
  })

  // It sends no requests for 30 s to an instance that refused three connections (max_fails=3 fail_timeout=30s).
  test.runIf(process.env['SHOAL_TEST_ALL'] === '1')(
    'a rolling restart with 31 s between the instances: no request fails, every reader has its complete answer',
    async () => {
      await rollingRestart(fleet, guides.url, { apartMs: 31_000 })
    },
    240_000,
  )
})
