import { readFile } from 'node:fs/promises'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Download, Page } from 'playwright-core'
import type { ChatView } from '../../protocol/index.ts'
import { startPage } from './support/page-fixture.ts'
import type { OpenOptions, PageFixture } from './support/page-fixture.ts'

let it: PageFixture
const pages: Page[] = []

beforeAll(async () => {
  it = await startPage({
    fast: { words: ['By the **sun**.\n\n', '```js\nlet a\n```\n'], reasoning: ['Let me ', 'think.'] },
    slow: {
      words: ['Before\n```js\nlet b\n', ...Array.from({ length: 3000 }, () => 'x ')],
      wordsPerSecond: 30,
    },
  })
})
afterAll(() => it[Symbol.asyncDispose]())
afterEach(async () => {
  for (const page of pages.splice(0)) await page.context().close()
  expect(it.pageErrors.splice(0)).toEqual([])
})

async function open(path: string, options: OpenOptions = {}): Promise<Page> {
  const page = await it.open(path, options)
  pages.push(page)
  return page
}

async function createChat(title: string, text = 'How do bees find home?'): Promise<ChatView> {
  const { chatId } = await it.api.startRun({ model: 'fast', text })
  await expect.poll(async () => (await it.api.chat(chatId)).running).toBe(false)
  await it.api.call('PATCH', `/api/chats/${chatId}`, { title })
  return await it.api.chat(chatId)
}

/** Chooses an item of the open chat's menu and waits for the file. */
async function save(page: Page, title: string, item: string): Promise<Download> {
  const downloading = page.waitForEvent('download')
  await page
    .getByRole('main')
    .getByRole('button', { name: `Options for ${title}` })
    .first()
    .click()
  await page.getByRole('menuitem', { name: item }).click()
  return await downloading
}

const textOf = async (file: Download): Promise<string> => await readFile(await file.path(), 'utf8')

test('a chat is saved as JSON in the format of the export of all chats, under a safe name', async () => {
  const chat = await createChat('Bees: how?')
  const page = await open(`/c/${chat.id}`)
  const file = await save(page, 'Bees: how?', 'Save as JSON')
  expect(file.suggestedFilename()).toBe('Bees how.json')
  const saved = JSON.parse(await textOf(file)) as { chats: ChatView[] }
  expect(saved).toEqual({ chats: [await it.api.chat(chat.id)] })
  await page.getByText('Saved as Bees how.json').waitFor()
  const all = await it.api.call<typeof saved>('GET', '/api/export/chats')
  expect(all.chats.filter(({ id }) => id === chat.id)).toEqual(saved.chats)
})

test('a chat is saved as Markdown: the exact texts of the shown branch, without reasoning', async () => {
  const chat = await createChat('Bees and *suns*')
  const page = await open(`/c/${chat.id}`)
  const file = await save(page, 'Bees and *suns*', 'Save as Markdown')
  expect(file.suggestedFilename()).toBe('Bees and suns.md')
  const lines = (await textOf(file)).split('\n')
  expect(lines[0]).toBe('# Bees and \\*suns\\*')
  expect(lines[2]).toMatch(/^## You, .* at /)
  expect(lines[4]).toBe('How do bees find home?')
  expect(lines[6]).toMatch(/^## fast, /)
  expect(lines.slice(8).join('\n')).toBe('By the **sun**.\n\n```js\nlet a\n```\n')
})

test('a chat is saved while its answer is being written: the text so far, with a note below its closed code', async () => {
  const { chatId, runId } = await it.api.startRun({ model: 'slow', text: 'Running' })
  await expect.poll(async () => (await it.api.chat(chatId)).messages[1]?.text).toContain('x')
  const page = await open(`/c/${chatId}`)
  await page.getByRole('article', { name: /^Answer from/ }).waitFor()
  const text = await textOf(await save(page, 'Running', 'Save as Markdown'))
  expect(text).toMatch(/Before\n```js\nlet b\n(x )*x\n```\n\n\*This answer was still being written/)
  await it.api.call('POST', `/api/runs/${runId}/stop`)
})

test('a chat of the list is saved without opening it, and a failure says what to do', async () => {
  await createChat('Only in the list')
  const page = await open('/')
  const link = page.getByRole('link', { name: 'Only in the list' })
  await link.hover()
  const menu = page.getByRole('button', { name: 'Options for Only in the list' })
  const choose = async (item: string): Promise<void> => {
    await menu.click()
    await page.getByRole('menuitem', { name: item }).click()
  }
  const downloading = page.waitForEvent('download')
  await choose('Save as JSON')
  expect((await downloading).suggestedFilename()).toBe('Only in the list.json')
  await page.context().route('**/api/export/chats*', (route) => route.abort())
  await choose('Save as JSON')
  await page.getByText('The server cannot be reached.').waitFor()
})

test('all chats are exported by one request, and the page shows how much has arrived', async () => {
  await createChat('One of many')
  const requests: string[] = []
  const page = await open('/account')
  page.on('request', (request) => requests.push(new URL(request.url()).pathname))
  const downloading = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export chats' }).click()
  const file = await downloading
  expect(file.suggestedFilename()).toBe('shoal-chats.json')
  const { chats } = JSON.parse(await textOf(file)) as { chats: ChatView[] }
  expect(chats.map(({ title }) => title)).toContain('One of many')
  await page.getByText(/^Chats exported, \d+ kB$/).waitFor()
  expect(requests.filter((path) => /^\/api\/(chats\/|export\/)/.test(path))).toEqual(['/api/export/chats'])
})

test('an export that breaks off is not saved, and can be tried again', async () => {
  const page = await open('/account')
  await page.context().route('**/api/export/chats', (route) => route.abort('connectionreset'))
  await page.getByRole('button', { name: 'Export chats' }).click()
  await page.getByText('The server cannot be reached.').waitFor()
  await page.context().unroute('**/api/export/chats')
  const downloading = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Try again' }).click()
  await downloading
})
