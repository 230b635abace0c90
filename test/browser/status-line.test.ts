import { AxeBuilder } from '@axe-core/playwright'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { BrowserContextOptions, Page, WebSocketRoute } from 'playwright-core'
import { phone, startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'
import { waitForAnswer, lastAnswer, send } from './support/page-steps.ts'

let it: PageFixture
const pages: Page[] = []

beforeAll(async () => {
  it = await startPage({ slow: { words: 900, wordsPerSecond: 60 } })
})
afterAll(() => it[Symbol.asyncDispose]())
afterEach(async () => {
  for (const page of pages.splice(0)) await page.context().close()
  expect(it.pageErrors.splice(0)).toEqual([])
})

interface Wire {
  page: Page
  /** The server dies: its connections are closed, and new ones are refused. */
  kill: () => Promise<void>
  /** The server dies without closing its connections, like a machine without power. */
  freeze: () => void
  revive: () => void
}

/** A page whose connection to the server the test controls. */
async function openPage(view: BrowserContextOptions = {}): Promise<Wire> {
  const context = await it.browser.newContext({ viewport: { width: 1000, height: 700 }, ...view })
  let state: 'works' | 'killed' | 'frozen' = 'works'
  let live: WebSocketRoute | undefined
  let isConnected = false
  await context.routeWebSocket('**/ws', (ws) => {
    if (state === 'killed') return void ws.close({ code: 1011 })
    live = ws
    const server = ws.connectToServer()
    ws.onMessage((data) => state === 'works' && server.send(data))
    server.onMessage((data) => {
      if (state !== 'works') return
      isConnected = true
      ws.send(data)
    })
  })
  await context.route('**/api/**', (route) => (state === 'works' ? route.continue() : route.abort()))
  await context.addCookies([{ name: 'token', value: it.api.token, url: it.url, httpOnly: true }])
  const page = await it.open('/', { beside: context })
  pages.push(page)
  await page.getByRole('textbox', { name: 'Message' }).waitFor()
  await expect.poll(() => isConnected).toBe(true)
  await page.evaluate(`
    globalThis.lines = []
    new MutationObserver(() => {
      const line = document.querySelector('[data-connection]:not(.opacity-0)')?.textContent ?? null
      if (globalThis.lines.at(-1)?.line !== line) globalThis.lines.push({ line, at: performance.now() })
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
    undefined
  `)
  return {
    page,
    async kill() {
      state = 'killed'
      await live!.close({ code: 1011 })
    },
    freeze() {
      state = 'frozen'
    },
    revive() {
      state = 'works'
    },
  }
}

async function inAnswer(view?: BrowserContextOptions): Promise<Wire> {
  const wire = await openPage(view)
  await send(wire.page, 'Go on')
  await expect
    .poll(async () => (await lastAnswer(wire.page).locator('.answer').innerText()).length, {
      timeout: 20_000,
    })
    .toBeGreaterThan(300)
  return wire
}

/** What the status line said so far; null while it was hidden. */
const lines = (page: Page): Promise<{ line: string | null; at: number }[]> =>
  page.evaluate('globalThis.lines')

/** Waits for a text of the status line and measures how long after `act` it appeared, in ms of the page’s clock. */
async function timeOf(page: Page, text: string, act: () => unknown): Promise<number> {
  const began = Number(await page.evaluate('performance.now()'))
  await act()
  await page.locator('[data-connection]').getByText(text).waitFor()
  return (await lines(page)).findLast(({ line }) => line?.includes(text))!.at - began
}

const views = {
  'with the list of chats hidden': {},
  'on a phone': phone,
} satisfies Record<string, BrowserContextOptions>

for (const [where, view] of Object.entries(views)) {
  test(`D7: ${where}, the line above the field reports a killed server, and nothing moves`, async () => {
    const { page, kill, revive } = await inAnswer(view)
    const hide = page.getByRole('button', { name: 'Hide chats' })
    if (await hide.isVisible()) await hide.click()
    const box = page.locator('[data-thread]')
    const field = page.getByRole('textbox', { name: 'Message' })
    const before = { box: await box.boundingBox(), field: await field.boundingBox() }
    const after = await timeOf(page, 'Reconnecting… Your answer continues on the server.', kill)
    console.log(`D7, ${where}: a killed server is reported after ${Math.round(after)} ms`)
    expect(after).toBeGreaterThan(900)
    const line = (await page.locator('[data-connection]').boundingBox())!
    expect(line.y + line.height).toBeLessThan(before.field!.y)
    expect(before.field!.y - line.y).toBeLessThan(80)
    expect({ box: await box.boundingBox(), field: await field.boundingBox() }).toEqual(before)
    // The dot at the end of the text is hollow.
    await page.locator('.answer[data-link="moving"]').waitFor()
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.map(({ id }) => id)).toEqual([])
    revive()
    await page.getByText('Connected again').waitFor({ timeout: 15_000 })
    await page.getByText('Connected again').waitFor({ state: 'detached' })
    expect(await page.locator('.answer[data-link="moving"]').count()).toBe(0)
    await waitForAnswer(page)
  })
}

test('D7: a server that dies without a word is reported while an answer runs', async () => {
  const { page, freeze, revive } = await inAnswer(phone)
  const after = await timeOf(page, 'Waiting for the server… Your answer is not lost.', freeze)
  console.log(`D7: a frozen server is reported after ${Math.round(after)} ms`)
  await page.locator('.answer[data-link="moving"]').waitFor()
  revive()
  await page.locator('[data-connection]').waitFor({ state: 'detached', timeout: 30_000 })
})

test('D7: a lost network is reported at once, by one announcement, and the draft can still be written', async () => {
  const { page } = await openPage(phone)
  const offline = 'You’re offline. Your draft is saved.'
  const after = await timeOf(page, offline, () => page.context().setOffline(true))
  console.log(`D7: a lost network is reported after ${Math.round(after)} ms`)
  await page.getByRole('textbox', { name: 'Message' }).fill('Written in a tunnel')
  expect(await page.getByText(offline).count()).toBe(1)
  expect(await page.getByRole('status').getByText(offline).count()).toBe(1)
  expect(await page.getByRole('alert').count()).toBe(0)
  await page.context().setOffline(false)
  await page.getByText('Connected again').waitFor()
  expect((await lines(page)).map(({ line }) => line).slice(0, 1)).toEqual([offline])
})

test('D7: an interruption of half a second is not shown', async () => {
  const { page, kill, revive } = await inAnswer()
  await kill()
  revive()
  await waitForAnswer(page)
  expect((await lines(page)).filter(({ line }) => line !== null)).toEqual([])
})

test('D7: a page without a message field reports a lost network too', async () => {
  const { page } = await openPage(phone)
  await page.goto(`${it.url}/account`)
  await page.getByRole('heading').first().waitFor()
  await page.context().setOffline(true)
  await page.getByRole('status').getByText('You’re offline', { exact: true }).waitFor()
})

test('D7: with reduced motion the line appears and disappears without an animation', async () => {
  const { page, kill } = await inAnswer({ reducedMotion: 'reduce' })
  await kill()
  const line = page.locator('[data-connection]')
  await line.waitFor()
  expect(
    await line.evaluate((it) => [
      getComputedStyle(it).animationDuration,
      getComputedStyle(it).transitionDuration,
    ]),
  ).toEqual(['0s', '0s'])
})

test('D20: offline, an opened chat is shown, and another one says why it does not open and then opens', async () => {
  const { page } = await openPage()
  const other = await it.api.startRun({ model: 'slow', text: 'Never opened here' })
  await it.api.call('POST', `/api/runs/${other.runId}/stop`, {})
  await send(page, 'Opened here')
  await page.waitForURL(/\/c\//)
  await lastAnswer(page).locator('.md p').first().waitFor()
  await page.getByRole('button', { name: 'New chat' }).first().click()
  const link = page.getByRole('link', { name: 'Never opened here' })
  await link.waitFor()
  await page.context().setOffline(true)
  await page.getByRole('link', { name: /^Opened here/ }).click()
  await page.getByRole('article', { name: /^You/ }).getByText('Opened here').waitFor()
  await link.click()
  await page.getByText('It opens when you’re online again.').waitFor()
  await page.getByRole('searchbox', { name: 'Search titles and messages' }).fill('opened')
  await page.getByText('The search continues when you’re online again.').waitFor()
  await page.context().setOffline(false)
  await page.getByRole('article', { name: /^You/ }).getByText('Never opened here').waitFor()
})
