import { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { ApiClient } from '../../support/api-client.ts'

/** Creates chats with these titles, one after the other, and returns their ids. */
export async function createChats(
  api: ApiClient,
  model: string,
  titles: readonly string[],
): Promise<string[]> {
  const ids: string[] = []
  for (const title of titles) {
    const { chatId } = await api.startRun({ model, text: title })
    while ((await api.call<{ items: unknown[] }>('GET', '/api/runs')).items.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await api.call('PATCH', `/api/chats/${chatId}`, { title, read: true })
    ids.push(chatId)
  }
  return ids
}

/** Writes chats named `Chat 0 of many`, `Chat 1 of many`, …, one minute apart, directly into the database of an embedded instance. */
export function fillChats(dataDir: string, count: number): void {
  const database = new DatabaseSync(join(dataDir, 'shoal.db'), { timeout: 10_000 })
  const insert = `
    with recursive g (n) as (select 0 union all select n + 1 from g where n + 1 < ?)
    insert into chat (id, user_id, title, title_by, created_at, updated_at)
    select 'chat-' || n, (select id from account), 'Chat ' || n || ' of many', 'person', ? + n * 60000, ? + n * 60000 from g`
  const began = Date.now() - count * 60_000
  database.prepare(insert).run(count, began, began)
  database.close()
}

export function chatRow(page: Page, title: string): ReturnType<Page['getByRole']> {
  return page
    .getByRole('navigation')
    .getByRole('listitem')
    .filter({ hasText: new RegExp(`^${title}(?!\\d)`) })
}

/** Chooses an item in the menu of a chat in the list. */
export async function chooseInMenu(page: Page, title: string, item: string): Promise<void> {
  await chatRow(page, title).hover()
  await chatRow(page, title)
    .getByRole('button', { name: /^Options for/ })
    .click()
  await page.getByRole('menuitem', { name: item, exact: true }).click()
}

/** The titles of the chats below a heading of the list, from top to bottom. */
export function titlesIn(page: Page, section: string): Promise<string[]> {
  return page.getByRole('region', { name: section, exact: true }).locator('[data-row] > bdi').allInnerTexts()
}
