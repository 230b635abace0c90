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
