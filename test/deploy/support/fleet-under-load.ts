import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import { Reader } from '../../support/reader.ts'
import { ClientLog } from './client-log.ts'
import type { ProxiedFleet } from './proxied-fleet.ts'

/** Reads and writes through `url` at a rate that two cores can handle. */
export function loadOver(fleet: ProxiedFleet, url: string): ClientLog {
  const { token } = fleet.api
  const log = new ClientLog({ url, token })
  for (let reader = 0; reader < 4; reader++) {
    log.repeat(25, (it) => it.send('GET', reader % 2 ? '/api/auth/me' : '/api/chats'))
  }
  return log.repeat(200, (it) =>
    it.send('POST', '/api/runs', { clientId: crypto.randomUUID(), model: 'fast', text: 'write' }),
  )
}

/** Starts answers and reads them through `url`. The returned function waits for their ends and checks the texts. */
export async function readOver(
  fleet: ProxiedFleet,
  url: string,
  count: number,
): Promise<() => Promise<void>> {
  const { token } = fleet.api
  const reading = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const run = await fleet.api.startRun({ model: 'words', text: `read me ${index}` }, url)
      return { reader: new Reader({ urls: () => [url], token, runId: run.runId }), chatId: run.chatId }
    }),
  )
  return async () => {
    await Promise.all(reading.map(({ reader }) => reader.finished(40_000)))
    for (const { reader, chatId } of reading) {
      const message = (await fleet.api.chat(chatId, url)).messages.at(-1)
      expect(message?.status).toBe('done')
      expect(reader.text).toBe(message?.text)
      expect(reader.text.length).toBeGreaterThan(200)
    }
  }
}

/**
 * Restarts the three instances with SIGTERM under load, each one the given time after the previous one was ready again.
 */
export async function rollingRestart(
  fleet: ProxiedFleet,
  url: string,
  { apartMs = 0 }: { apartMs?: number } = {},
): Promise<void> {
  const log = loadOver(fleet, url)
  let finish = await readOver(fleet, url, 6)
  for (const index of [0, 1, 2]) {
    await fleet.restart(index, 'SIGTERM')
    if (apartMs === 0) continue
    await finish()
    await delay(apartMs)
    finish = await readOver(fleet, url, 6)
  }
  await finish()
  await log.stop()
  expect(log.failed()).toEqual([])
  expect(log.requests.filter(({ method }) => method === 'GET').length).toBeGreaterThan(200)
  expect(log.requests.filter(({ method }) => method === 'POST').length).toBeGreaterThan(20)
}

/** Kills one instance with SIGKILL under load, and starts it again. */
export async function killUnderLoad(
  fleet: ProxiedFleet,
  url: string,
  { retriesReads = true }: { retriesReads?: boolean } = {},
): Promise<void> {
  const log = loadOver(fleet, url)
  const finish = await readOver(fleet, url, 6)
  await fleet.restart(1, 'SIGKILL')
  await finish()
  await log.stop()
  const failed = log.failed()
  if (retriesReads) expect(failed.filter(({ method }) => method === 'GET')).toEqual([])
  // Only requests in progress when the process died may fail, at most one per client.
  expect(failed.length).toBeLessThanOrEqual(retriesReads ? 2 : 5)
}
