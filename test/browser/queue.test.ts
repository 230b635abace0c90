import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import type { ChatView } from '../../protocol/index.ts'
import { startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'
import { chooseModel, send, waitForAnswer } from './support/page-steps.ts'

let it: PageFixture
const pages: Page[] = []

beforeAll(async () => {
  it = await startPage({
    slow: { words: 300, wordsPerSecond: 60 },
    long: { words: 600, wordsPerSecond: 60 },
    short: { words: 60, wordsPerSecond: 60 },
  })
})
afterAll(() => it[Symbol.asyncDispose]())
afterEach(async () => {
  for (const page of pages.splice(0)) await page.context().close()
  expect(it.pageErrors.splice(0)).toEqual([])
})

/** A page with a running answer of this model. */
async function openAnswering(model: string): Promise<Page> {
  const page = await it.open('/')
  pages.push(page)
  await chooseModel(page, model)
  await send(page, 'First')
  await page.waitForURL(/\/c\//)
  return page
}

const idOf = (page: Page): string => new URL(page.url()).pathname.split('/').at(-1) ?? ''
const question = (page: Page, text: string): ReturnType<Page['getByText']> =>
  page.getByRole('article', { name: /^You/ }).getByText(text)
const waiting = (page: Page): ReturnType<Page['getByText']> =>
  page.getByText('Will be sent when the current answer is done')

test('a message sent while an answer runs is queued, survives a reload, and is sent when the answer ends', async () => {
  const page = await openAnswering('slow')
  await send(page, 'Second')
  await waiting(page).waitFor()
  await page.reload()
  await waiting(page).waitFor()
  await question(page, 'Second').waitFor({ timeout: 20_000 })
  await waitForAnswer(page)
  const { messages } = await it.api.chat(idOf(page))
  expect(messages.map((message) => message.role)).toEqual(['user', 'assistant', 'user', 'assistant'])
  expect(await waiting(page).count()).toBe(0)
})

test('“Send now” stops the answer and sends the queued message', async () => {
  const page = await openAnswering('long')
  await send(page, 'Urgent')
  await page.getByRole('button', { name: 'Send now' }).click()
  await question(page, 'Urgent').waitFor({ timeout: 20_000 })
  const { messages } = await it.api.chat(idOf(page))
  expect(messages.find((message) => message.role === 'assistant')?.status).toBe('stopped')
})

test('a queued message is sent when its answer ends, even if another chat is on the screen', async () => {
  const page = await openAnswering('short')
  const chatId = idOf(page)
  await send(page, 'Second')
  await waiting(page).waitFor()
  await page.getByRole('button', { name: 'New chat' }).click()
  const chat = (): Promise<ChatView> => it.api.chat(chatId)
  await expect.poll(async () => (await chat()).messages.length, { timeout: 20_000 }).toBe(4)
  await page
    .getByRole('link', { name: /^First/ })
    .first()
    .click()
  await question(page, 'First').waitFor()
  await question(page, 'Second').waitFor()
  expect(await waiting(page).count()).toBe(0)
  await waitForAnswer(page)
  expect((await chat()).messages.map(({ status }) => status)).toEqual(['done', 'done', 'done', 'done'])
})

test('a queued message that is refused stays, says why, and blocks no other chat', async () => {
  await it.api.changeSettings({ runsPerMinute: 1 })
  const page = await openAnswering('short')
  await send(page, 'Second')
  await waiting(page).waitFor()
  await page
    .getByRole('alert')
    .getByText(
      /^You have reached the limit of answers per minute \(1\)\. An administrator can raise the limit in the settings\. Try again in \d+ seconds\.$/,
    )
    .waitFor({ timeout: 20_000 })
  await page.getByText('Not sent', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'New chat' }).click()
  await page.getByRole('alert').waitFor({ state: 'detached' })
  await page.goBack()
  await question(page, 'First').waitFor()
  await it.api.changeSettings({ runsPerMinute: null })
  await page.getByRole('button', { name: 'Send now' }).click()
  await question(page, 'Second').waitFor({ timeout: 20_000 })
})
