import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import type { TemporaryFolder } from '../support/temporary-folder.ts'
import { chatRow, chooseInMenu, fillChats, titlesIn } from './support/page-chats.ts'
import { startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'

const count = 10_000
let folder: TemporaryFolder
let it: PageFixture

beforeAll(async () => {
  folder = await temporaryFolder('many-chats')
  it = await startPage({ short: { words: 5 } }, { env: { DATA_DIR: folder.path } })
  fillChats(folder.path, count)
})
afterAll(async () => {
  await it[Symbol.asyncDispose]()
  await folder.remove()
  expect(it.pageErrors).toEqual([])
})

test('a pinned chat is at the top although thousands of newer chats are above its page of the list', async () => {
  const page = await it.open('/')
  await chatRow(page, 'Chat 9999').waitFor()
  await page.getByRole('searchbox', { name: 'Search titles and messages' }).fill('Chat 17 of')
  await chooseInMenu(page, 'Chat 17', 'Pin')
  await page.getByText('Chat pinned').waitFor()
  await page.getByRole('button', { name: 'Clear the search' }).click()
  await expect.poll(() => titlesIn(page, 'Pinned')).toEqual(['Chat 17 of many'])
  await page.reload()
  await expect.poll(() => titlesIn(page, 'Pinned')).toEqual(['Chat 17 of many'])
  await page.context().close()
})

test('a folder with thousands of chats is loaded page by page, is deleted, and is restored with all of them', async () => {
  const page = await it.open('/')
  const chatsInFolder = async (): Promise<number> => {
    let count = 0
    let cursor = ''
    do {
      const query = `folder=Big&limit=100${cursor && `&cursor=${cursor}`}`
      const { items, next } = await it.api.call<{ items: unknown[]; next: string | null }>(
        'GET',
        `/api/chats?${query}`,
      )
      count += items.length
      cursor = next ?? ''
    } while (cursor !== '')
    return count
  }
  for (let from = 0; from < 3000; from += 100) {
    const ids = Array.from({ length: 100 }, (_, n) => `chat-${from + n}`)
    await it.api.call('PATCH', '/api/chats', { ids, folder: 'Big' })
  }
  await page.getByRole('button', { name: 'Big', exact: true }).click()
  const folders = page.getByRole('region', { name: 'Folders' })
  await expect.poll(() => titlesIn(page, 'Folders').then((titles) => titles.length)).toBe(51)
  await folders.getByRole('button', { name: 'Older chats' }).click()
  await expect.poll(() => titlesIn(page, 'Folders').then((titles) => titles.length)).toBe(101)
  await page.getByRole('button', { name: 'Options for the folder Big' }).click()
  await page.getByRole('menuitem', { name: 'Delete folder' }).click()
  await expect.poll(chatsInFolder).toBe(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(chatsInFolder, { timeout: 30_000 }).toBe(3000)
  await page.context().close()
})

test('hundreds of chats are selected and deleted together, and one press restores all of them', async () => {
  const page = await it.open('/')
  const rows = page.getByRole('navigation').locator('[data-chat]')
  await chatRow(page, 'Chat 9999').waitFor()
  for (let shown = 0; shown < 150; shown = await rows.count()) await rows.last().scrollIntoViewIfNeeded()
  await page.getByRole('button', { name: 'Select chats' }).click()
  await page.getByRole('button', { name: 'Select all shown' }).click()
  const count = await page.getByRole('checkbox', { checked: true }).count()
  await page.getByRole('region', { name: 'Selected chats' }).getByRole('button', { name: 'Delete' }).click()
  await page.getByText(`${count} chats deleted`).waitFor()
  expect(await chatRow(page, 'Chat 9999').count()).toBe(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => rows.count()).toBeGreaterThanOrEqual(count)
  await chatRow(page, 'Chat 9999').waitFor()
  await page.context().close()
})
