import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Reader } from '../support/reader.ts'
import { freePorts } from '../support/free-port.ts'
import { ClientLog } from './support/client-log.ts'
import { startLocalNginx } from './support/local-nginx.ts'
import type { LocalNginx } from './support/local-nginx.ts'
import { startProxiedFleet } from './support/proxied-fleet.ts'
import type { ProxiedFleet } from './support/proxied-fleet.ts'

let fleet: ProxiedFleet
let nginx: LocalNginx

beforeAll(async () => {
  // Just longer than an instance listens on: what it still writes then is handed over.
  fleet = await startProxiedFleet({ SHUTDOWN_GRACE_SECONDS: '7' })
  const [httpPort = 0, httpsPort = 0] = await freePorts(2)
  nginx = await startLocalNginx({
    folder: fleet.folder,
    instances: fleet.instances.map(({ port }) => port),
    httpPort,
    httpsPort,
    certificates: fleet.certificates,
    balance: 'random;',
  })
  fleet.api.url = nginx.url
  await fleet.api.signUp()
})

afterAll(async () => {
  await nginx?.stop()
  await fleet?.[Symbol.asyncDispose]()
})

const readers = async (count: number): Promise<{ reader: Reader; chatId: string }[]> =>
  Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const run = await fleet.api.startRun({ model: 'words', text: `read me ${index}` })
      const { token } = fleet.api
      return { reader: new Reader({ urls: () => [nginx.url], token, runId: run.runId }), chatId: run.chatId }
    }),
  )

async function finish(reading: { reader: Reader; chatId: string }[]): Promise<void> {
  await Promise.all(reading.map(({ reader }) => reader.finished(40_000)))
  for (const { reader, chatId } of reading) {
    const message = (await fleet.api.chat(chatId)).messages.at(-1)
    expect(message?.status).toBe('done')
    expect(reader.text).toBe(message?.text)
    expect(reader.text.length).toBeGreaterThan(200)
  }
}

/** Reads and writes, at a rate that two cores bear. */
function load(): ClientLog {
  const { token } = fleet.api
  const log = new ClientLog({ url: nginx.url, token })
  for (let reader = 0; reader < 4; reader++) {
    log.repeat(25, (it) => it.ask('GET', reader % 2 ? '/api/auth/me' : '/api/chats'))
  }
  return log.repeat(200, (it) =>
    it.ask('POST', '/api/runs', { clientId: crypto.randomUUID(), model: 'fast', text: 'write' }),
  )
}

describe('deploy/nginx in front of three instances, balanced at random', () => {
  test('takes 20 MB of body, redirects to TLS, hides what is the platform’s, and refuses no plain request', async () => {
    expect((await fetch(`${nginx.url}/ready`)).status).toBe(404)
    expect((await fetch(`${nginx.url}/metrics`)).status).toBe(404)
    const page = await fetch(nginx.url)
    expect(page.status).toBe(200)
    expect(page.headers.get('strict-transport-security')).toBe('max-age=31536000')
    const log = new ClientLog({ url: nginx.url, token: fleet.api.token })
    const large = await log.ask('POST', '/api/runs', { text: 'x'.repeat(20 * 1024 * 1024) })
    // Shoal's own answer, not nginx's page.
    expect(large.error).toMatch(/"code":"(too_large|invalid)/)
    await log.stop()
  })

  test('a rolling restart of all three: no request fails, every answer ends, every reader has it whole', async () => {
    const log = load()
    const reading = await readers(6)
    for (const index of [0, 1, 2]) await fleet.restart(index, 'SIGTERM')
    await finish(reading)
    await log.stop()
    expect(log.failed()).toEqual([])
    expect(log.requests.filter(({ method }) => method === 'GET').length).toBeGreaterThan(200)
    expect(log.requests.filter(({ method }) => method === 'POST').length).toBeGreaterThan(20)
  }, 90_000)

  test('a kill: no read fails, every answer goes on elsewhere, a write that broke is safe to send again', async () => {
    const log = load()
    const reading = await readers(6)
    await fleet.restart(1, 'SIGKILL')
    await finish(reading)
    await log.stop()
    expect(log.failed().filter(({ method }) => method === 'GET')).toEqual([])
    // What was on its way when the process died may break; nothing else does.
    expect(log.failed().length).toBeLessThanOrEqual(2)
  })
})
