import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'

const chats = 120
let it: PageFixture

beforeAll(async () => {
  it = await startPage({ short: { words: 5 } })
  for (let place = 0; place < chats; place++) {
    await it.api.startRun({ model: 'short', text: `Chat about subject ${place}` })
    while ((await it.api.call<{ items: unknown[] }>('GET', '/api/runs')).items.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}, 120_000)
afterAll(async () => {
  await it[Symbol.asyncDispose]()
  expect(it.complaints).toEqual([])
})

const filter = (page: Page): ReturnType<Page['getByRole']> =>
  page.getByRole('searchbox', { name: 'Filter chats by title' })
const linkTo = (page: Page, place: number): ReturnType<Page['getByRole']> =>
  page.getByRole('link', { name: new RegExp(`^Chat about subject ${place}(?!\\d)`) })

test('59: Ctrl and K lead to the filter, which finds a chat that was not in the list; no mouse is needed', async () => {
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
  for (let stop = 0; stop < 30; stop++) {
    await page.keyboard.press('Tab')
    if (await linkTo(page, 3).evaluate((link) => link === document.activeElement)) break
  }
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
      .getByRole('button', { name: /^Options of/ })
      .click()
    await page.getByRole('menuitem', { name: item }).click()
  }
  await choose('Archive')
  await page.getByText('Chat archived').waitFor()
  await link.waitFor({ state: 'detached' })
  // The way to what is archived stands below the last page of the list.
  await filter(page).fill(`subject ${chats - 3}`)
  await page.getByRole('button', { name: 'Archived chats' }).click()
  await filter(page).fill('')
  await choose('Back to the list')
  await link.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Back to all chats' }).click()
  await link.waitFor()
  await page.context().close()
})
