import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { ChatSummary } from '../../protocol/http/chats.ts'
import { chatRow, chooseInMenu, createChats, titlesIn } from './support/page-chats.ts'
import { phone, startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'

let it: PageFixture
let ids: string[]

beforeAll(async () => {
  it = await startPage({ short: { words: 5 } })
  ids = await createChats(it.api, 'short', ['Algae', 'Brine', 'Coral'])
})
afterAll(async () => {
  await it[Symbol.asyncDispose]()
  expect(it.pageErrors).toEqual([])
})
beforeEach(async () => {
  for (const id of ids) await it.api.call('PATCH', `/api/chats/${id}`, { pinned: false, archived: false })
})

test('a pinned chat moves to the top in every tab, and one press takes that back', async () => {
  const page = await it.open('/')
  const other = await it.open('/')
  await chatRow(other, 'Algae').waitFor()
  await chooseInMenu(page, 'Algae', 'Pin')
  for (const each of [page, other]) await expect.poll(() => titlesIn(each, 'Pinned')).toEqual(['Algae'])
  expect(await titlesIn(other, 'Today')).toEqual(['Coral', 'Brine'])
  await page.getByRole('button', { name: 'Undo' }).click()
  for (const each of [page, other]) {
    await expect.poll(() => titlesIn(each, 'Today')).toEqual(['Coral', 'Brine', 'Algae'])
    expect(await titlesIn(each, 'Pinned')).toEqual([])
  }
  await page.context().close()
  await other.context().close()
})

test('chats are pinned and unpinned with the keyboard, and the focus keeps its place', async () => {
  const page = await it.open('/')
  const focused = (): Promise<string | undefined> =>
    page.evaluate(() => document.activeElement?.querySelector('bdi')?.textContent ?? undefined)
  await chatRow(page, 'Brine').getByRole('link').focus()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Pin' }).focus()
  await page.keyboard.press('Enter')
  await expect.poll(() => titlesIn(page, 'Pinned')).toEqual(['Brine'])
  // The second place of the list.
  await expect.poll(focused).toBe('Coral')
  await page.keyboard.press('ArrowUp')
  expect(await focused()).toBe('Brine')
  await page.context().close()
})

test('a pinned chat that is archived leaves the top, and returns to it from the archive', async () => {
  const page = await it.open('/')
  await chooseInMenu(page, 'Coral', 'Pin')
  await expect.poll(() => titlesIn(page, 'Pinned')).toEqual(['Coral'])
  await chooseInMenu(page, 'Coral', 'Archive')
  await expect.poll(() => titlesIn(page, 'Pinned')).toEqual([])
  await page.getByRole('button', { name: 'Archived chats' }).click()
  await chooseInMenu(page, 'Coral', 'Unarchive')
  await page.getByText('No archived chats.').waitFor()
  await page.getByRole('button', { name: 'Back to all chats' }).click()
  await expect.poll(() => titlesIn(page, 'Pinned')).toEqual(['Coral'])
  await page.context().close()
})

test('on a phone a chat is pinned in its menu', async () => {
  const page = await it.open('/', phone)
  await page.getByRole('button', { name: 'Chats' }).click()
  await chatRow(page, 'Brine')
    .getByRole('button', { name: /^Options for/ })
    .tap()
  await page.getByRole('menuitem', { name: 'Pin' }).tap()
  await expect.poll(() => titlesIn(page, 'Pinned')).toEqual(['Brine'])
  const { pinned } = await it.api.call<ChatSummary>('GET', `/api/chats/${ids[1]}`)
  expect(pinned).toBe(true)
  await page.context().close()
})
