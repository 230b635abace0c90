import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
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
  const { items } = await it.api.call<{ items: { name: string }[] }>('GET', '/api/folders')
  for (const { name } of items) await it.api.call('POST', '/api/folders/delete', { name })
  for (const id of ids) await it.api.call('PATCH', `/api/chats/${id}`, { pinned: false, archived: false })
})

const folder = (page: Page, name: string): ReturnType<Page['getByRole']> =>
  page.getByRole('button', { name, exact: true })
const isExpanded = (page: Page, name: string): Promise<string | null> =>
  folder(page, name).getAttribute('aria-expanded')

async function createFolder(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'New folder' }).click()
  await page.getByLabel('Name of the new folder').fill(name)
  await page.keyboard.press('Enter')
  await folder(page, name).waitFor()
}

async function chooseForFolder(page: Page, name: string, item: string): Promise<void> {
  await folder(page, name).hover()
  await page.getByRole('button', { name: `Options for the folder ${name}` }).click()
  await page.getByRole('menuitem', { name: item }).click()
}

test('a folder is created, a chat is moved into it and out of it, in every tab', async () => {
  const page = await it.open('/')
  const other = await it.open('/')
  await chatRow(other, 'Algae').waitFor()
  await createFolder(page, 'Work')
  await page.getByText('No chats here.').last().waitFor()
  await chooseInMenu(page, 'Algae', 'Move to folder')
  await page.getByRole('dialog').getByRole('button', { name: 'Work' }).click()
  await page.getByText('1 chat moved to “Work”').waitFor()
  await folder(other, 'Work').click()
  for (const each of [page, other]) {
    await expect.poll(() => titlesIn(each, 'Folders')).toEqual(['Work', 'Algae'])
    expect(await titlesIn(each, 'Today')).toEqual(['Coral', 'Brine'])
  }
  await chooseInMenu(page, 'Algae', 'Move to folder')
  await page.getByRole('dialog').getByRole('button', { name: 'No folder' }).click()
  for (const each of [page, other])
    await expect.poll(() => titlesIn(each, 'Today')).toEqual(['Coral', 'Brine', 'Algae'])
  await page.getByRole('button', { name: 'Undo' }).last().click()
  await expect.poll(() => titlesIn(other, 'Folders')).toEqual(['Work', 'Algae'])
  await page.context().close()
  await other.context().close()
})

test('a chat is moved into a new folder, and the folder stays collapsed after a reload', async () => {
  const page = await it.open('/')
  await chooseInMenu(page, 'Brine', 'Move to folder')
  await page.getByRole('dialog').getByLabel('New folder').fill('Home')
  await page.getByRole('button', { name: 'Create and move' }).click()
  await folder(page, 'Home').waitFor()
  expect(await isExpanded(page, 'Home')).toBe('false')
  await expect.poll(() => titlesIn(page, 'Today')).toEqual(['Coral', 'Algae'])
  await folder(page, 'Home').click()
  await expect.poll(() => titlesIn(page, 'Folders')).toEqual(['Home', 'Brine'])
  await page.reload()
  await expect.poll(() => titlesIn(page, 'Folders')).toEqual(['Home', 'Brine'])
  await folder(page, 'Home').click()
  await page.reload()
  await expect.poll(() => titlesIn(page, 'Folders')).toEqual(['Home'])
  await page.context().close()
})

test('a folder is renamed with its chats, and a name that is in use is refused beside the field', async () => {
  for (const name of ['Work', 'Home']) await it.api.call('POST', '/api/folders', { name })
  await it.api.call('PATCH', `/api/chats/${ids[0]}`, { folder: 'Work' })
  const page = await it.open('/')
  const other = await it.open('/')
  for (const each of [page, other]) await folder(each, 'Work').click()
  await chooseForFolder(page, 'Work', 'Rename')
  await page.getByLabel('Name of the folder').fill('Home')
  await page.keyboard.press('Enter')
  await page.getByText('A folder with this name already exists.').waitFor()
  await page.getByLabel('Name of the folder').fill('Job')
  await page.keyboard.press('Enter')
  for (const each of [page, other])
    await expect.poll(() => titlesIn(each, 'Folders')).toEqual(['Home', 'Job', 'Algae'])
  await page.context().close()
  await other.context().close()
})

test('a deleted folder gives its chats back, and one press restores it with them', async () => {
  for (const id of ids.slice(0, 2)) await it.api.call('PATCH', `/api/chats/${id}`, { folder: 'Work' })
  const page = await it.open('/')
  await folder(page, 'Work').click()
  await expect.poll(() => titlesIn(page, 'Folders')).toEqual(['Work', 'Brine', 'Algae'])
  await chooseForFolder(page, 'Work', 'Delete folder')
  await expect.poll(() => titlesIn(page, 'Today')).toEqual(['Coral', 'Brine', 'Algae'])
  expect(await folder(page, 'Work').count()).toBe(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => titlesIn(page, 'Folders')).toEqual(['Work', 'Brine', 'Algae'])
  await expect.poll(() => titlesIn(page, 'Today')).toEqual(['Coral'])
  await page.context().close()
})

test('folders need no mouse: arrows reach, expand and collapse them, F2 renames them', async () => {
  await it.api.call('PATCH', `/api/chats/${ids[0]}`, { folder: 'Work' })
  const page = await it.open('/')
  await chatRow(page, 'Coral').getByRole('link').focus()
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowRight')
  await expect.poll(() => titlesIn(page, 'Folders')).toEqual(['Work', 'Algae'])
  await page.keyboard.press('ArrowDown')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Algae')
  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('ArrowLeft')
  await expect.poll(() => titlesIn(page, 'Folders')).toEqual(['Work'])
  await page.keyboard.press('F2')
  await page.keyboard.type('Job')
  await page.keyboard.press('Enter')
  await expect.poll(() => titlesIn(page, 'Folders')).toEqual(['Job'])
  await page.context().close()
})

test('a pinned chat of a folder is at the top with the name of its folder, and returns to the folder', async () => {
  await it.api.call('PATCH', `/api/chats/${ids[0]}`, { folder: 'Work', pinned: true })
  const page = await it.open('/', phone)
  await page.getByRole('button', { name: 'Chats' }).click()
  await page.getByRole('link', { name: 'Algae In the folder Work' }).waitFor()
  await folder(page, 'Work').tap()
  await page.getByText('No chats here.').last().waitFor()
  await chatRow(page, 'Algae')
    .getByRole('button', { name: /^Options for/ })
    .tap()
  await page.getByRole('menuitem', { name: 'Unpin' }).tap()
  await expect.poll(() => titlesIn(page, 'Folders')).toEqual(['Work', 'Algae'])
  await page.context().close()
})
