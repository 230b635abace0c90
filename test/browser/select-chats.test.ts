import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { chatRow, chooseInMenu, createChats, titlesIn } from './support/page-chats.ts'
import { phone, startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'

let it: PageFixture
let ids: string[]

beforeAll(async () => {
  it = await startPage({ short: { words: 5 } })
  ids = await createChats(it.api, 'short', ['Algae', 'Brine', 'Coral', 'Delta'])
})
afterAll(async () => {
  await it[Symbol.asyncDispose]()
  expect(it.pageErrors).toEqual([])
})
beforeEach(async () => {
  await it.api.call('PATCH', '/api/chats', { ids, deleted: false })
  await it.api.call('PATCH', '/api/chats', { ids, pinned: false, archived: false, folder: null })
})

const all = ['Delta', 'Coral', 'Brine', 'Algae']
const box = (page: Page, title: string): ReturnType<Page['getByRole']> =>
  page.getByRole('checkbox', { name: title })
const bar = (page: Page): ReturnType<Page['getByRole']> =>
  page.getByRole('region', { name: 'Selected chats' })
const act = (page: Page, name: string): Promise<void> =>
  bar(page).getByRole('button', { name, exact: true }).click()
const selected = (page: Page): Promise<string[]> =>
  page.getByRole('checkbox', { checked: true }).locator('> bdi').allInnerTexts()
const undo = (page: Page): Promise<void> => page.getByRole('button', { name: 'Undo' }).last().click()

test('with the mouse, clicks and a range are archived together, and one press takes that back in every tab', async () => {
  const page = await it.open('/')
  const other = await it.open('/')
  await chatRow(other, 'Algae').waitFor()
  await page.getByRole('button', { name: 'Select chats' }).click()
  await box(page, 'Coral').click()
  await box(page, 'Algae').click({ modifiers: ['Shift'] })
  await box(page, 'Brine').click()
  expect(await selected(page)).toEqual(['Coral', 'Algae'])
  await bar(page).getByText('2 selected').waitFor()
  await act(page, 'Archive')
  await page.getByText('2 chats archived').waitFor()
  for (const each of [page, other])
    await expect.poll(() => titlesIn(each, 'Today')).toEqual(['Delta', 'Brine'])
  expect(await bar(page).count()).toBe(0)
  await undo(page)
  for (const each of [page, other]) await expect.poll(() => titlesIn(each, 'Today')).toEqual(all)
  await page.context().close()
  await other.context().close()
})

test('Shift and a click select from the open chat, and deleting the open chat leaves it', async () => {
  const page = await it.open(`/c/${ids[3]}`)
  await chatRow(page, 'Brine')
    .getByRole('link')
    .click({ modifiers: ['Shift'] })
  await expect.poll(() => selected(page)).toEqual(['Delta', 'Coral', 'Brine'])
  await act(page, 'Delete')
  await expect.poll(() => titlesIn(page, 'Today')).toEqual(['Algae'])
  await expect.poll(() => new URL(page.url()).pathname).toBe('/')
  await undo(page)
  await expect.poll(() => titlesIn(page, 'Today')).toEqual(all)
  await page.context().close()
})

test('the keyboard selects with Space, Shift and arrows, and Ctrl-A, pins, and leaves with Escape', async () => {
  const page = await it.open('/')
  await chatRow(page, 'Coral').getByRole('link').focus()
  await page.keyboard.press('Space')
  await expect.poll(() => selected(page)).toEqual(['Coral'])
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Coral')
  await page.keyboard.press('Shift+ArrowDown')
  expect(await selected(page)).toEqual(['Coral', 'Brine'])
  await page.keyboard.press('Control+a')
  expect(await selected(page)).toEqual(all)
  await page.keyboard.press('Escape')
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Brine')
  await page.keyboard.press('Space')
  await bar(page).getByRole('button', { name: 'Pin' }).focus()
  await page.keyboard.press('Enter')
  await expect.poll(() => titlesIn(page, 'Pinned')).toEqual(['Brine'])
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label')))
    .toBe('Select chats')
  await page.context().close()
})

test('on a phone, chats of different folders are moved together and return to their own folders', async () => {
  await it.api.call('PATCH', `/api/chats/${ids[0]}`, { folder: 'Work' })
  const page = await it.open('/', phone)
  await page.getByRole('button', { name: 'Chats' }).click()
  await page.getByRole('button', { name: 'Work', exact: true }).tap()
  await chatRow(page, 'Delta')
    .getByRole('button', { name: /^Options for/ })
    .tap()
  await page.getByRole('menuitem', { name: 'Select' }).tap()
  await box(page, 'Algae').tap()
  await act(page, 'Move to folder')
  await page.getByRole('dialog').getByLabel('New folder').fill('Both')
  await page.getByRole('button', { name: 'Create and move' }).tap()
  await page.getByText('2 chats moved to “Both”').waitFor()
  await undo(page)
  await expect
    .poll(async () => Promise.all([ids[0], ids[3]].map(async (id) => (await it.api.chat(id ?? '')).folder)))
    .toEqual(['Work', null])
  await page.context().close()
})

test('a chat that another page deletes leaves the selection', async () => {
  const page = await it.open('/')
  await chooseInMenu(page, 'Coral', 'Select')
  await box(page, 'Brine').click()
  await bar(page).getByText('2 selected').waitFor()
  await it.api.call('DELETE', `/api/chats/${ids[2]}`)
  await bar(page).getByText('1 selected').waitFor()
  expect(await selected(page)).toEqual(['Brine'])
  await page.context().close()
})

test('in the archive, the selected chats return to the list', async () => {
  await it.api.call('PATCH', '/api/chats', { ids, archived: true })
  const page = await it.open('/')
  await page.getByRole('button', { name: 'Archived chats' }).click()
  await chatRow(page, 'Algae').waitFor()
  await page.getByRole('button', { name: 'Select chats' }).click()
  await act(page, 'Select all shown')
  await act(page, 'Unarchive')
  await page.getByText('No archived chats.').waitFor()
  await page.getByRole('button', { name: 'Back to all chats' }).click()
  await expect.poll(() => titlesIn(page, 'Today')).toEqual(all)
  await page.context().close()
})
