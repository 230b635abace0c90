import { afterAll, beforeAll, describe, test } from 'vitest'
import type { ExpectStatic } from 'vitest'
import type { Page } from 'playwright-core'
import { readScriptedWords } from '../support/scripted-provider.ts'
import { startLossyProxy } from '../support/lossy-proxy.ts'
import { startBadNginx } from './support/bad-nginx.ts'
import type { BadNginx, FaultName } from './support/bad-nginx.ts'
import { openPage, startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'
import { lastAnswer, send } from './support/page-steps.ts'

// Proxies that break the live connection. The answer must be complete all the same.

const all = process.env['SHOAL_TEST_ALL'] === '1'
const words = { words: 300, wordsPerSecond: 45 }
// In one paragraph, because the browser neither lays out nor returns by `innerText` what is far from the screen.
const longer = { words: 900, wordsPerSecond: 7 }
let it: PageFixture
let nginx: BadNginx

beforeAll(async () => {
  it = await startPage({ words })
  nginx = await startBadNginx(Number(new URL(it.url).port))
})
afterAll(async () => {
  await nginx?.[Symbol.asyncDispose]()
  await it?.[Symbol.asyncDispose]()
})

interface ProxiedPage {
  page: Page
  /** How many transports the page has tried so far. */
  tried: { sockets: number; streams: number; polls: number }
  /** The errors of the page, as in `PageFixture`. */
  pageErrors: string[]
}

/** The page, opened through a port of this machine. */
async function openThroughPort(port: number): Promise<ProxiedPage> {
  const url = `http://127.0.0.1:${port}`
  const pageErrors: string[] = []
  const context = await it.browser.newContext({ viewport: { width: 1000, height: 700 } })
  const tried = { sockets: 0, streams: 0, polls: 0 }
  context.on('page', (page) => {
    page.on('websocket', () => void tried.sockets++)
    page.on('request', (request) => {
      const { pathname, searchParams } = new URL(request.url())
      if (pathname === '/api/live') tried[searchParams.has('hold') ? 'polls' : 'streams']++
    })
  })
  await context.addCookies([{ name: 'token', value: it.api.token, url, httpOnly: true }])
  const page = await openPage({ ...it, url, pageErrors }, '/', { beside: context })
  await page.getByRole('textbox', { name: 'Message' }).waitFor()
  return {
    page,
    tried,
    pageErrors,
  }
}

/** Sends a message, waits for the answer, and compares the shown answer with the stored one, word by word. */
async function expectStoredAnswer({ page, pageErrors }: ProxiedPage, expect: ExpectStatic): Promise<void> {
  await send(page, 'Through thick and thin')
  await page.waitForURL(/\/c\//)
  await expect
    .poll(() => lastAnswer(page).getAttribute('data-status'), { timeout: 150_000, interval: 250 })
    .toBe('done')
  const { messages } = await it.api.chat(page.url().split('/').at(-1) ?? '')
  const stored = messages.at(-1)?.text ?? ''
  expect(readScriptedWords(stored, it.provider.scripts['words']?.words as number).problem).toBeUndefined()
  const shown = (): Promise<string> => lastAnswer(page).locator('.answer > .md').innerText()
  await expect.poll(shown, { timeout: 10_000 }).toBe(stored.trim())
  expect(await page.locator('[data-message]').count()).toBe(2)
  expect(pageErrors).toEqual([])
}

describe.concurrent('a proxy that blocks WebSockets, buffers responses, or cuts connections', () => {
  const dropped: FaultName = 'an upgrade whose headers are dropped'
  const refusing: FaultName[] = [
    'an upgrade that is answered by 400',
    'an upgrade that is answered by 426',
    'an upgrade that is answered by 502',
  ]
  test.for(all ? [dropped, ...refusing] : [dropped])(
    '%s: server-sent events, and the page says so',
    async (kind, { expect }) => {
      const way = await openThroughPort(nginx.ports[kind])
      await way.page.getByText(/WebSockets are blocked on this network/).waitFor({ timeout: 20_000 })
      await expectStoredAnswer(way, expect)
      console.log(`${kind}: ${JSON.stringify(way.tried)}`)
      // Two sockets, or three if the start was slow, and a new stream for each change of the followed runs.
      expect(way.tried.sockets).toBeLessThanOrEqual(3)
      expect(way.tried.streams).toBeLessThanOrEqual(5)
      expect(way.tried.polls).toBe(0)
      await way.page.goto(new URL('/cluster', way.page.url()).href)
      await way.page.getByText(/fallback because WebSockets are blocked/).waitFor({ timeout: 30_000 })
      await way.page.context().close()
    },
  )

  const compressed: FaultName = 'responses that are held back and compressed'
  const held: FaultName = 'responses that are held back'
  test.for(all ? [compressed, held] : [compressed])(
    '%s: the page polls, and says so',
    async (kind, { expect }) => {
      const way = await openThroughPort(nginx.ports[kind])
      // Sent while the page is still choosing its transport.
      const began = performance.now()
      await expectStoredAnswer(way, expect)
      const seconds = (performance.now() - began) / 1000
      await way.page.getByText(/Live updates are blocked on this network/).waitFor({ timeout: 20_000 })
      console.log(`${kind}: ${JSON.stringify(way.tried)} in ${seconds.toFixed(0)} s`)
      expect(way.tried.sockets).toBeLessThanOrEqual(3)
      expect(way.tried.streams).toBeLessThanOrEqual(2)
      expect(way.tried.polls).toBeLessThanOrEqual(5 + 2 * seconds)
      await way.page.context().close()
    },
  )

  test('every connection is cut after 5 s: the text continues where it stopped', ({ expect }) =>
    cutAfter(5000, expect))
})

/** Uses sockets, and streams if sockets are blocked, through a proxy that ends each connection after `lifeMs`. */
async function cutAfter(lifeMs: number, expect: ExpectStatic): Promise<void> {
  const ports = {
    sockets: Number(new URL(it.url).port),
    streams: nginx.ports['an upgrade that is answered by 400'],
  }
  await Promise.all(
    Object.entries(ports).map(async ([kind, port]) => {
      const proxy = await startLossyProxy({ host: '127.0.0.1', port, lifeMs })
      const began = performance.now()
      const way = await openThroughPort(proxy.port)
      await expectStoredAnswer(way, expect)
      const cuts = Math.ceil((performance.now() - began) / lifeMs)
      console.log(`cut after ${lifeMs} ms, by ${kind}: ${JSON.stringify(way.tried)}, at most ${cuts} cuts`)
      // One new transport for each cut; if sockets are blocked, each time a socket is tried first.
      expect(way.tried.sockets).toBeLessThanOrEqual(kind === 'sockets' ? 1 + cuts : 3 + 2 * cuts)
      expect(way.tried.streams).toBeLessThanOrEqual(kind === 'sockets' ? 0 : 5 + 2 * cuts)
      expect(way.tried.polls).toBe(0)
      await way.page.context().close()
      proxy.stop()
    }),
  )
}

test.runIf(all)(
  'every connection is cut after 60 s: the same',
  async ({ expect }) => {
    it.provider.scripts['words'] = longer
    await cutAfter(60_000, expect)
  },
  240_000,
)
