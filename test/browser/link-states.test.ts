import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Page, WebSocketRoute } from 'playwright-core'
import type { ServerFrame } from '../../protocol/index.ts'
import { startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'
import { waitForAnswer, lastAnswer, send } from './support/page-steps.ts'

let it: PageFixture
const pages: Page[] = []

beforeAll(async () => {
  it = await startPage({ slow: { words: 400, wordsPerSecond: 60 } })
})
afterAll(() => it[Symbol.asyncDispose]())
afterEach(async () => {
  for (const page of pages.splice(0)) await page.context().close()
  expect(it.pageErrors.splice(0)).toEqual([])
})

type RunFrame = Extract<ServerFrame, { t: 'run' }>

interface AnsweringPage {
  page: Page
  /** The run frame that opened the newest channel of the answer. */
  opened: () => RunFrame
  /** Sends a frame to the page as if the server had sent it. */
  say: (frame: ServerFrame) => void
  /** Blocks the real server’s frames from now on. */
  mute: () => void
  text: () => Promise<string>
}

/** A page with a running answer on a real instance. Tests can inject frames into its socket. */
async function openAnswering(): Promise<AnsweringPage> {
  const context = await it.browser.newContext({ viewport: { width: 1000, height: 700 } })
  let route: WebSocketRoute | undefined
  let muted = false
  let opened: RunFrame | undefined
  await context.routeWebSocket('**/ws', (ws) => {
    route = ws
    const server = ws.connectToServer()
    server.onMessage((data) => {
      const frame = JSON.parse(String(data)) as ServerFrame
      if (frame.t === 'run') opened = frame
      if (!muted) ws.send(data)
    })
  })
  await context.addCookies([{ name: 'token', value: it.api.token, url: it.url, httpOnly: true }])
  const page = await it.open('/', { beside: context })
  pages.push(page)
  await send(page, 'Go on')
  const text = (): Promise<string> => lastAnswer(page).locator('.answer > .md').innerText()
  await expect.poll(async () => (await text()).length, { timeout: 20_000 }).toBeGreaterThan(100)
  return {
    page,
    opened: () => opened!,
    say: (frame) => route!.send(JSON.stringify(frame)),
    mute: () => (muted = true),
    text,
  }
}

const runFrame = (
  { opened }: AnsweringPage,
  change: Partial<RunFrame> & Pick<RunFrame, 'how' | 'keep' | 'text'>,
): ServerFrame => ({
  ...opened(),
  position: { fence: opened().position.fence + 1, seq: 1, length: change.keep + change.text.length },
  phase: 'running',
  ...change,
})

/** The text once it no longer changes. */
async function waitUntilStill(text: () => Promise<string>): Promise<string> {
  let before = ''
  await expect
    .poll(
      async () => {
        const now = await text()
        const same = now === before
        before = now
        return same
      },
      { interval: 300 },
    )
    .toBe(true)
  return before
}

describe('an answer that changes its server', () => {
  test('the dot turns hollow, "moved to another server" stands for four seconds, no word is lost', async () => {
    const wire = await openAnswering()
    const { page, say, opened } = wire
    say({ t: 'run.link', c: opened().c, link: 'moving' })
    await page.getByText('Moving to another server…').waitFor()
    await page.locator('.answer[data-link="moving"]').waitFor()
    say({ t: 'run.link', c: opened().c, link: 'moved' })
    await page.getByText('Moved to another server').waitFor()
    const began = performance.now()
    await page.getByText('Moved to another server').waitFor({ state: 'detached' })
    console.log(`behaviour 7: "moved to another server" stood ${Math.round(performance.now() - began)} ms`)
    await waitForAnswer(page)
    const { messages } = await it.api.chat(page.url().split('/').at(-1)!)
    await expect.poll(wire.text).toBe(messages.at(-1)?.text.trim())
  })

  test('delayed updates are reported, and the note disappears when they arrive', async () => {
    const { page, say, mute, opened } = await openAnswering()
    // New text would end that state.
    mute()
    say({ t: 'run.link', c: opened().c, link: 'stalled' })
    await page.getByText('Live updates are delayed').waitFor()
    say({ t: 'run.link', c: opened().c, link: 'live' })
    await page.getByText('Live updates are delayed').waitFor({ state: 'detached' })
  })

  test('a rewind replaces the end of the text without a note', async () => {
    const wire = await openAnswering()
    const { page, say, mute, text } = wire
    mute()
    const before = await waitUntilStill(text)
    const keep = before.lastIndexOf(' ', before.length - 30)
    say(runFrame(wire, { how: 'rewind', keep, text: ' and another tail' }))
    await expect.poll(text).toBe(`${before.slice(0, keep)} and another tail`)
    expect(await page.getByText('Regenerated').count()).toBe(0)
  })

  test('a reset keeps the previous version behind "Regenerated · show previous"', async () => {
    const wire = await openAnswering()
    const { page, say, mute, text } = wire
    mute()
    const before = await waitUntilStill(text)
    say(runFrame(wire, { how: 'reset', keep: 0, text: 'From the start' }))
    await expect.poll(text).toBe('From the start')
    await page.getByText('Regenerated').waitFor()
    const show = page.getByRole('button', { name: 'show previous' })
    // Above the text: below it, the growing text would move the button away from the pointer.
    const place = await show.boundingBox()
    say(runFrame(wire, { how: 'recovered', keep: 14, text: '\n\nOne more.\n\nAnd another.' }))
    await expect.poll(text).toContain('And another.')
    expect(await show.boundingBox()).toEqual(place)
    await show.click()
    await page.getByText(before.slice(0, 60)).waitFor()
  })

  test('a refused Stop is reported, and nothing says "Stopped"', async () => {
    const wire = await openAnswering()
    const { page } = wire
    await page.context().setOffline(true)
    await page.context().unrouteAll({ behavior: 'ignoreErrors' })
    await page.route('**/api/runs/**', (route) => route.abort())
    wire.mute()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page
      .getByRole('alert')
      .getByText(/cannot be reached/)
      .waitFor({ timeout: 15_000 })
    expect(await page.getByText('Stopped', { exact: true }).count()).toBe(0)
  })
})

describe('the connection to the server', () => {
  test('36: "Reconnecting…" appears only after a while, and the text continues where it stopped', async () => {
    const context = await it.browser.newContext({ viewport: { width: 1000, height: 700 } })
    let cut = false
    let live: WebSocketRoute | undefined
    await context.routeWebSocket('**/ws', (ws) => {
      if (cut) return void ws.close({ code: 1011 })
      live = ws
      ws.connectToServer()
    })
    await context.route('**/api/live**', (route) => route.abort())
    await context.addCookies([{ name: 'token', value: it.api.token, url: it.url, httpOnly: true }])
    const page = await it.open('/', { beside: context })
    pages.push(page)
    await send(page, 'Through the cut')
    await lastAnswer(page).locator('.md p').first().waitFor()
    cut = true
    const began = performance.now()
    await live!.close({ code: 1011 })
    expect(await page.getByText('Reconnecting…').count()).toBe(0)
    await page.getByText('Reconnecting…').waitFor()
    console.log(`behaviour 36: "reconnecting" after ${Math.round(performance.now() - began)} ms`)
    cut = false
    await page.getByText('Reconnecting…').waitFor({ state: 'detached', timeout: 15_000 })
    await waitForAnswer(page)
    const { messages } = await it.api.chat(page.url().split('/').at(-1)!)
    await expect
      .poll(() => lastAnswer(page).locator('.answer > .md').innerText(), { timeout: 5000 })
      .toBe(messages.at(-1)?.text.trim())
  })

  test('44: changes between the fetching of a chat and the first welcome are shown too', async () => {
    const first = await it.api.startRun({ model: 'slow', text: 'Before the welcome' })
    await it.api.call('POST', `/api/runs/${first.runId}/stop`, {})
    const context = await it.browser.newContext({ viewport: { width: 1000, height: 700 } })
    const told = Promise.withResolvers<void>()
    await context.routeWebSocket('**/ws', async (ws) => {
      await told.promise
      ws.connectToServer()
    })
    await context.addCookies([{ name: 'token', value: it.api.token, url: it.url, httpOnly: true }])
    const page = await it.open(`/c/${first.chatId}`, { beside: context })
    pages.push(page)
    await page.getByRole('article', { name: /^You/ }).getByText('Before the welcome').waitFor()
    const { messageId: parentId, chatId } = first
    await expect.poll(async () => (await it.api.chat(chatId)).messages.at(-1)?.status).toBe('stopped')
    const second = await it.api.startRun({ model: 'slow', text: 'Told to nobody', chatId, parentId })
    await it.api.call('POST', `/api/runs/${second.runId}/stop`, {})
    told.resolve()
    await page.getByRole('article', { name: /^You/ }).getByText('Told to nobody').waitFor()
  })

  test('an answer that ended while the socket was disconnected is shown completely', async () => {
    const context = await it.browser.newContext({ viewport: { width: 1000, height: 700 } })
    let cut = false
    let live: WebSocketRoute | undefined
    await context.routeWebSocket('**/ws', (ws) => {
      if (cut) return void ws.close({ code: 1011 })
      live = ws
      ws.connectToServer()
    })
    await context.route('**/api/live**', (route) => route.abort())
    await context.addCookies([{ name: 'token', value: it.api.token, url: it.url, httpOnly: true }])
    const page = await it.open('/', { beside: context })
    pages.push(page)
    await send(page, 'Ends unseen')
    await lastAnswer(page).locator('.md p').first().waitFor()
    await page.waitForURL(/\/c\//)
    cut = true
    await live!.close({ code: 1011 })
    const chatId = page.url().split('/').at(-1)!
    await expect
      .poll(async () => (await it.api.chat(chatId)).messages.at(-1)?.status, { timeout: 40_000 })
      .toBe('done')
    cut = false
    const { messages } = await it.api.chat(chatId)
    await expect
      .poll(() => lastAnswer(page).locator('.answer > .md').innerText(), { timeout: 30_000 })
      .toBe(messages.at(-1)?.text.trim())
  })

  test('a proxy that breaks WebSockets gets server-sent events instead, and the page says so', async () => {
    const context = await it.browser.newContext({ viewport: { width: 1000, height: 700 } })
    await context.routeWebSocket('**/ws', (ws) => void ws.close({ code: 1011 }))
    await context.addCookies([{ name: 'token', value: it.api.token, url: it.url, httpOnly: true }])
    const page = await it.open('/', { beside: context })
    pages.push(page)
    await page.getByText(/WebSockets are blocked on this network/).waitFor({ timeout: 15_000 })
    await send(page, 'By events')
    await waitForAnswer(page)
    const { messages } = await it.api.chat(page.url().split('/').at(-1)!)
    await expect
      .poll(() => lastAnswer(page).locator('.answer > .md').innerText(), { timeout: 5000 })
      .toBe(messages.at(-1)?.text.trim())
  })
})
