import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { benchSource } from '../support/bench-source.ts'
import { startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'
import { waitForAnswer, lastAnswer, send } from './support/page-steps.ts'

let it: PageFixture
const pages: Page[] = []

beforeAll(async () => {
  it = await startPage({ long: { words: 3000, wordsPerSecond: 1500 }, rich: { words: [benchSource] } })
})
afterAll(() => it[Symbol.asyncDispose]())
afterEach(async () => {
  for (const page of pages.splice(0)) await page.context().close()
  expect(it.pageErrors.splice(0)).toEqual([])
})

const field = (page: Page): ReturnType<Page['getByRole']> => page.getByRole('textbox', { name: 'Message' })
// `innerText` leaves out what is far above the screen. A very long paragraph is split into pieces, and a space between
// them may become a line end.
const words = (text: string | null): string => text?.replaceAll(/\s+/g, '') ?? ''
const shownWords = async (page: Page): Promise<string> =>
  words(await lastAnswer(page).locator('.answer > .md').textContent())

async function open(path = '/', init?: () => void): Promise<Page> {
  const context = await it.browser.newContext({ viewport: { width: 1280, height: 800 } })
  if (init) await context.addInitScript(init)
  await context.addCookies([{ name: 'token', value: it.api.token, url: it.url, httpOnly: true }])
  const page = await it.open(path, { beside: context })
  pages.push(page)
  return page
}

async function storedWords(page: Page): Promise<string> {
  return words((await it.api.chat(page.url().split('/').at(-1) ?? '')).messages.at(-1)?.text ?? null)
}

test('10: an answer that arrived in a hidden tab is shown completely when the tab becomes visible', async () => {
  const page = await open('/', () => {
    const tab = Object.assign(window, { away: false })
    Object.defineProperty(document, 'hidden', { get: () => tab.away })
    Object.defineProperty(document, 'visibilityState', { get: () => (tab.away ? 'hidden' : 'visible') })
  })
  const setHidden = (away: boolean): Promise<void> =>
    page.evaluate((value) => {
      Object.assign(window, { away: value })
      document.dispatchEvent(new Event('visibilitychange'))
    }, away)
  await send(page, 'While I am away')
  await page.waitForURL(/\/c\//)
  await setHidden(true)
  await expect
    .poll(async () => (await it.api.chat(page.url().split('/').at(-1) ?? '')).messages.at(-1)?.status, {
      timeout: 30_000,
    })
    .toBe('done')
  await waitForAnswer(page)
  await setHidden(false)
  const frames = await page.evaluate(
    async (length) => {
      const text = (): string => document.querySelector('.answer > .md')?.textContent ?? ''
      for (let frame = 1; frame <= 600; frame++) {
        await new Promise((resolve) => requestAnimationFrame(resolve))
        if (text().replaceAll(/\s+/g, '').length >= length) return frame
      }
      return -1
    },
    (await storedWords(page)).length,
  )
  console.log(`behaviour 10: whole in frame ${frames} after the tab was shown`)
  expect(frames).toBeGreaterThan(0)
  expect(frames).toBeLessThanOrEqual(3)
  expect(await shownWords(page)).toBe(await storedWords(page))
})

test('39: offline, what was opened can be read, sending says why it cannot, and the draft is kept', async () => {
  const page = await open()
  await send(page, 'Read me without a network')
  await waitForAnswer(page)
  const text = await storedWords(page)
  await expect.poll(() => shownWords(page)).toBe(text)
  await page.getByRole('button', { name: 'New chat' }).first().click()
  await page.getByRole('heading', { name: /How can I help/ }).waitFor()
  await page.context().setOffline(true)
  await page.getByRole('link', { name: 'Read me without a network' }).click()
  await expect.poll(() => shownWords(page)).toBe(text)
  await field(page).fill('Written in a tunnel')
  await page.getByRole('status').getByText('You’re offline. Your draft is saved.').waitFor()
  await field(page).press('Enter')
  expect(await field(page).inputValue()).toBe('Written in a tunnel')
  expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true)
  await page.context().setOffline(false)
  await expect.poll(() => page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(false)
  await field(page).press('Enter')
  await page.getByRole('article', { name: /^You/ }).getByText('Written in a tunnel').waitFor()
  await waitForAnswer(page)
})

test('63: an open chat at rest requests no frame, runs no animation and has no timer under a second', async () => {
  const page = await open('/', () => {
    const calls: Record<string, number> = { frames: 0, timers: 0 }
    Object.assign(window, { calls })
    const frame = window.requestAnimationFrame.bind(window)
    const later = window.setTimeout.bind(window)
    const every = window.setInterval.bind(window)
    window.requestAnimationFrame = (run) => {
      calls['frames']!++
      return frame(run)
    }
    const count = (delay = 0): void => {
      if (delay < 1000) calls['timers']!++
    }
    Object.assign(window, {
      setTimeout: (run: () => void, delay?: number) => (count(delay), later(run, delay)),
      setInterval: (run: () => void, delay?: number) => (count(delay), every(run, delay)),
    })
  })
  await send(page, 'Then rest')
  await waitForAnswer(page)
  const calls = (): Promise<string> =>
    page.evaluate(() => JSON.stringify((window as { calls?: unknown }).calls))
  // At rest means that nothing was counted between two polls.
  let before = ''
  await expect
    .poll(
      async () => {
        const last = before
        before = await calls()
        return last === before
      },
      { interval: 2000, timeout: 30_000 },
    )
    .toBe(true)
  await page.waitForTimeout(6000)
  const animations = await page.evaluate(
    () => document.getAnimations().filter(({ playState }) => playState === 'running').length,
  )
  console.log(`behaviour 63: ${before} then ${await calls()} after 6 s; ${animations} animations`)
  expect(await calls()).toBe(before)
  expect(animations).toBe(0)
})

test('63: switching between chats leaks no memory', async () => {
  const chats: string[] = []
  for (const text of ['First', 'Second', 'Third', 'Fourth', 'Fifth']) {
    const { chatId } = await it.api.startRun({ model: 'rich', text })
    await expect.poll(async () => (await it.api.chat(chatId)).messages.at(-1)?.status).toBe('done')
    chats.push(chatId)
  }
  const page = await open()
  const client = await page.context().newCDPSession(page)
  const visitAll = async (): Promise<void> => {
    for (const id of chats) {
      await page.locator(`a[href="/c/${id}"]`).click()
      await page.locator('.answer table').first().waitFor()
    }
  }
  /** The size of the objects that are still referenced, in MB. */
  const heap = async (): Promise<number> => {
    await client.send('HeapProfiler.collectGarbage')
    return (await client.send('Runtime.getHeapUsage')).usedSize / 1e6
  }
  await client.send('HeapProfiler.enable')
  await visitAll()
  const before = await heap()
  for (let round = 0; round < 4; round++) await visitAll()
  const grown = (await heap()) - before
  console.log(`behaviour 63: ${grown.toFixed(1)} MB more after 20 chats, of ${before.toFixed(1)} MB`)
  expect(grown).toBeLessThan(10)
})
