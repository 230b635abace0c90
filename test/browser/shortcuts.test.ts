import { AxeBuilder } from '@axe-core/playwright'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { Page } from 'playwright-core'
import { phone, startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'
import { chooseModel, lastAnswer, send, waitForAnswer } from './support/page-steps.ts'

const filler = Array.from({ length: 200 }, (_, line) => `Line ${line} of many.\n\n`)
let it: PageFixture
const pages: Page[] = []

beforeAll(async () => {
  it = await startPage({
    slow: { words: 900, wordsPerSecond: 60 },
    buried: { words: [...filler, 'The **zephyr** blows. ', ...filler] },
  })
  const { chatId } = await it.api.startRun({ model: 'buried', text: 'Which wind blows?' })
  await vi.waitFor(async () => expect((await it.api.chat(chatId)).messages.at(-1)?.status).toBe('done'), {
    timeout: 10_000,
    interval: 50,
  })
})
afterAll(() => it[Symbol.asyncDispose]())
afterEach(async () => {
  for (const page of pages.splice(0)) await page.context().close()
  expect(it.pageErrors.splice(0)).toEqual([])
})

async function open(options: Parameters<PageFixture['open']>[1] = {}): Promise<Page> {
  const page = await it.open('/', options)
  pages.push(page)
  await field(page).waitFor()
  return page
}

const field = (page: Page): ReturnType<Page['getByRole']> => page.getByRole('textbox', { name: 'Message' })
const search = (page: Page): ReturnType<Page['getByRole']> =>
  page.getByRole('searchbox', { name: 'Search titles and messages' })

async function inAnswer(): Promise<Page> {
  const page = await open()
  await chooseModel(page, 'slow')
  await send(page, 'Go on')
  await expect.poll(() => lastAnswer(page).locator('.answer > .md').innerText()).not.toBe('')
  return page
}

/** The marked words, and whether the first of them is in the visible part of the thread. */
const found = (page: Page): Promise<{ words: string[]; isVisible: boolean }> =>
  page.evaluate(() => {
    const ranges = [...(CSS.highlights.get('found') ?? [])] as Range[]
    const rect = ranges[0]?.getBoundingClientRect()
    const box = document.querySelector('[data-thread]')?.getBoundingClientRect()
    return {
      words: ranges.map(String),
      isVisible: Boolean(rect && box && rect.height > 0 && rect.top >= box.top && rect.bottom <= box.bottom),
    }
  })

test('D24: Enter opens the first hit, which is scrolled to and marked; Ctrl-K selects the old words', async () => {
  const page = await open()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('zephyr')
  // Before the results have arrived.
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/c\/.*#m-/)
  await expect.poll(() => found(page)).toEqual({ words: ['zephyr'], isVisible: true })
  const answer = page.locator('article[data-found]')
  expect(await answer.evaluate((it) => it === document.activeElement)).toBe(true)
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id }) => id)).toEqual([])

  // The same hit again, after scrolling away.
  await page.locator('[data-thread]').evaluate((box) => (box.scrollTop = 0))
  await expect.poll(async () => (await found(page)).isVisible).toBe(false)
  await page.keyboard.press('Control+k')
  expect(await search(page).evaluate((it: HTMLInputElement) => it.selectionEnd! - it.selectionStart!)).toBe(6)
  await page.keyboard.press('Enter')
  await expect.poll(() => found(page)).toEqual({ words: ['zephyr'], isVisible: true })
  await expect.poll(() => answer.evaluate((it) => it === document.activeElement)).toBe(true)

  await page.keyboard.press('Control+k')
  await page.keyboard.type('Which wind')
  expect(await search(page).inputValue()).toBe('Which wind')
  await page.keyboard.press('Enter')
  // A title that matches comes first, and opens its chat without a mark.
  await page.waitForURL((url) => url.hash === '')
  expect((await found(page)).words).toEqual([])
})

test('D24: on a phone Ctrl-K opens the list of chats with the focus in the search', async () => {
  const page = await open(phone)
  await page.keyboard.press('Control+k')
  await expect.poll(() => search(page).evaluate((it) => it === document.activeElement)).toBe(true)
  await page.keyboard.type('zephyr')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/c\/.*#m-/)
  await page.getByRole('dialog', { name: 'Chats' }).waitFor({ state: 'hidden' })
  await expect.poll(() => found(page)).toEqual({ words: ['zephyr'], isVisible: true })
})

test('D30: Escape stops the running answer and keeps the draft', async () => {
  const page = await inAnswer()
  await field(page).fill('A draft')
  await page.keyboard.press('Escape')
  await waitForAnswer(page, 'stopped')
  expect(await field(page).inputValue()).toBe('A draft')
})

test('D30: an Escape that closes a menu or clears the search does not stop the answer; the next one does', async () => {
  const page = await inAnswer()
  await page.getByRole('button', { name: /^Model:/ }).click()
  await page.getByRole('dialog').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'hidden' })
  await search(page).fill('wind')
  await page.keyboard.press('Escape')
  expect(await search(page).inputValue()).toBe('')
  expect(await lastAnswer(page).getAttribute('data-status')).toBe('running')
  expect(await page.getByText('Stopping…').count()).toBe(0)
  await page.getByRole('article').last().focus()
  await page.keyboard.press('Escape')
  await waitForAnswer(page, 'stopped')
})

test('D30: Ctrl-/ and ? show the shortcuts, but a question mark in a message is written', async () => {
  const page = await open()
  const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await field(page).focus()
  await page.keyboard.type('Why?')
  expect(await field(page).inputValue()).toBe('Why?')
  expect(await dialog.count()).toBe(0)
  await page.keyboard.press('Control+/')
  await dialog.waitFor()
  await dialog.getByText('Stop the answer').waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  expect(await field(page).evaluate((it) => it === document.activeElement)).toBe(true)
  await page.getByRole('button', { name: 'Hide chats' }).focus()
  await page.keyboard.press('?')
  await dialog.waitFor()
})
