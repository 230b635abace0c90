import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'

const chats = 120
let it: PageFixture

beforeAll(async () => {
  it = await startPage({
    short: { words: 5 },
    tides: { words: ['The moon ', 'draws the *sea* ', 'twice a day.'] },
  })
  for (let place = 0; place < chats; place++) {
    await it.api.startRun({ model: 'short', text: `Chat about subject ${place}` })
    while ((await it.api.call<{ items: unknown[] }>('GET', '/api/runs')).items.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}, 120_000)
afterAll(async () => {
  await it[Symbol.asyncDispose]()
  expect(it.pageErrors).toEqual([])
})

const filter = (page: Page): ReturnType<Page['getByRole']> =>
  page.getByRole('searchbox', { name: 'Search titles and messages' })
const linkTo = (page: Page, place: number): ReturnType<Page['getByRole']> =>
  page.getByRole('link', { name: new RegExp(`^Chat about subject ${place}(?!\\d)`) }).first()

test('59: Ctrl+K focuses the filter, which finds a chat that was not in the list; no mouse is needed', async () => {
  const page = await it.open('/')
  await linkTo(page, chats - 1).waitFor()
  expect(await linkTo(page, 3).count()).toBe(0)
  await page.keyboard.press('Control+k')
  await expect.poll(() => filter(page).evaluate((field) => field === document.activeElement)).toBe(true)
  const began = performance.now()
  await page.keyboard.type('subject 3')
  await linkTo(page, 3).waitFor()
  await linkTo(page, chats - 1).waitFor({ state: 'detached' })
  console.log(`behaviour 59: found ${Math.round(performance.now() - began)} ms after the first key`)
  const pressUntilFocused = async (key: string): Promise<void> => {
    for (let stop = 0; stop < 30; stop++) {
      await page.keyboard.press(key)
      if (await linkTo(page, 3).evaluate((link) => link === document.activeElement)) return
    }
    throw new Error(`${key} does not lead to the chat`)
  }
  await pressUntilFocused('ArrowDown')
  await page.keyboard.press('Control+k')
  await pressUntilFocused('Tab')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Chat about subject 3', exact: true }).waitFor()
  await page.context().close()
})

test('a chat is archived, is found under Archived chats, and comes back', async () => {
  const page = await it.open('/')
  const link = linkTo(page, chats - 2)
  const choose = async (item: string): Promise<void> => {
    await link.hover()
    await page
      .getByRole('listitem')
      .filter({ has: link })
      .getByRole('button', { name: /^Options for/ })
      .click()
    await page.getByRole('menuitem', { name: item }).click()
  }
  await choose('Archive')
  await page.getByText('Chat archived').waitFor()
  await link.waitFor({ state: 'detached' })
  // The button for archived chats stands below the last page of the list.
  await filter(page).fill(`subject ${chats - 3}`)
  await page.getByRole('button', { name: 'Archived chats' }).click()
  await filter(page).fill('')
  await choose('Unarchive')
  await link.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Back to all chats' }).click()
  await link.waitFor()
  await page.context().close()
})

test('a message is found by its words, shown with them highlighted, and opened, even in another branch', async () => {
  const { chatId, messageId } = await it.api.startRun({ model: 'tides', text: 'Why are there two?' })
  await expect.poll(async () => (await it.api.chat(chatId)).messages.at(-1)?.status).toBe('done')
  await it.api.call('PATCH', `/api/chats/${chatId}`, { title: 'A question of water' })
  await it.api.startRun({ model: 'short', text: 'Why is there one?', chatId, parentId: null })
  const page = await it.open('/')
  await page.getByRole('textbox', { name: 'Message' }).waitFor()
  await page.keyboard.press('Control+k')
  await expect.poll(() => filter(page).evaluate((field) => field === document.activeElement)).toBe(true)
  const began = performance.now()
  await page.keyboard.type('SEA twice')
  const found = page.getByRole('region', { name: 'In messages' }).getByRole('link')
  await found.getByText('A question of water').waitFor()
  console.log(`a message found ${Math.round(performance.now() - began)} ms after the first key`)
  await expect.poll(() => found.locator('mark').allInnerTexts()).toEqual(['sea', 'twice'])
  await found.click()
  await page.getByText('twice a day.').last().waitFor()
  await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe(`m-${messageId}`)
  await filter(page).fill('no such words at all')
  await page.getByText('No results for “no such words at all”.').waitFor()
  await page.context().close()
})
