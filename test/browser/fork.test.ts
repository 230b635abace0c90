import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Locator, Page } from 'playwright-core'
import type { ChatView } from '../../protocol/index.ts'
import { phone, startPage } from './support/page-fixture.ts'
import type { OpenOptions, PageFixture } from './support/page-fixture.ts'
import { waitForAnswer, lastAnswer, send } from './support/page-steps.ts'

let it: PageFixture
const pages: Page[] = []

beforeAll(async () => {
  it = await startPage({
    fast: { words: ['Sure, ', 'here it is.'] },
    slow: { words: 3000, wordsPerSecond: 30 },
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

/** Creates a chat with these questions and an answer to each. */
async function createChat(...questions: string[]): Promise<ChatView> {
  let chat: ChatView | undefined
  for (const text of questions) {
    const place = chat ? { chatId: chat.id, parentId: chat.currentId } : {}
    const { chatId } = await it.api.startRun({ model: 'fast', text, ...place })
    await expect.poll(async () => (await it.api.chat(chatId)).running).toBe(false)
    chat = await it.api.chat(chatId)
  }
  if (!chat) throw new Error('the chat needs a question')
  return chat
}

const field = (page: Page): Locator => page.getByRole('textbox', { name: 'Message' })
const heading = (page: Page, title: string): Locator =>
  page.getByRole('heading', { name: title, exact: true, level: 1 })
const idOf = (page: Page): string => page.url().split('/').at(-1) ?? ''
const textsOf = (chat: ChatView): string[] => chat.messages.map(({ text }) => text)

test('35: a chat is forked at an answer: the new chat ends there, has its own title and the focus in the field', async () => {
  const chat = await createChat('First question', 'Second question', 'Third question')
  const page = await open(`/c/${chat.id}`)
  const second = page.getByRole('article', { name: /^Answer from/ }).nth(1)
  await second.hover()
  await second.getByRole('button', { name: 'Fork from here' }).click()
  await heading(page, 'Fork of First question').waitFor()
  await expect.poll(() => page.getByRole('article').count()).toBe(4)
  await expect.poll(() => field(page).evaluate((it) => it === document.activeElement)).toBe(true)
  expect(idOf(page)).not.toBe(chat.id)
  expect(textsOf(await it.api.chat(idOf(page)))).toEqual(textsOf(chat).slice(0, 4))
  await page.getByRole('link', { name: 'Fork of First question' }).waitFor()

  await page.keyboard.type('Another way')
  await page.keyboard.press('Enter')
  await waitForAnswer(page)
  expect((await it.api.chat(idOf(page))).messages).toHaveLength(6)
  expect(textsOf(await it.api.chat(chat.id))).toEqual(textsOf(chat))

  await page.getByRole('button', { name: 'Open original' }).click()
  await heading(page, 'First question').waitFor()
  await expect.poll(() => page.getByRole('article').count()).toBe(6)
})

test('a fork is made with the keyboard, and other tabs list it at once', async () => {
  const chat = await createChat('By keyboard')
  const page = await open(`/c/${chat.id}`)
  const beside = await open('/', { beside: page.context() })
  await page.getByRole('button', { name: 'Fork from here' }).last().focus()
  await page.keyboard.press('Enter')
  await heading(page, 'Fork of By keyboard').waitFor()
  await beside.getByRole('link', { name: 'Fork of By keyboard' }).waitFor()
})

test('a chat is forked at a question, which is the last message of the fork and can be followed by another', async () => {
  const chat = await createChat('Asked once', 'Asked twice')
  const page = await open(`/c/${chat.id}`)
  const question = page.getByRole('article', { name: /^You/ }).nth(1)
  await question.hover()
  await question.getByRole('button', { name: 'Fork from here' }).click()
  await heading(page, 'Fork of Asked once').waitFor()
  await expect.poll(() => page.getByRole('article').count()).toBe(3)
  await send(page, 'And asked again')
  await waitForAnswer(page)
  expect(textsOf(await it.api.chat(idOf(page)))[3]).toBe('And asked again')
})

test('an answer that is still being written is not forked, and the page says why', async () => {
  const { chatId, runId } = await it.api.startRun({ model: 'slow', text: 'Still running' })
  const page = await open(`/c/${chatId}`)
  await lastAnswer(page).hover()
  const fork = lastAnswer(page).getByRole('button', { name: /^Fork from here/ })
  expect(await fork.getAttribute('aria-disabled')).toBe('true')
  expect(await fork.getAttribute('title')).toContain('not while the answer is being written')
  await fork.click({ force: true })
  await page.getByText('This answer is still being written.').waitFor()
  expect(idOf(page)).toBe(chatId)

  const { messages } = await it.api.chat(chatId)
  const refused = it.api.call('POST', `/api/messages/${messages[1]?.id}/fork`, {})
  await expect(refused).rejects.toThrow(/409.*branch_busy.*still being written/)
  await it.api.call('POST', `/api/runs/${runId}/stop`)
  await waitForAnswer(page, 'stopped')
  await lastAnswer(page).getByRole('button', { name: 'Fork from here', exact: true }).click()
  await heading(page, 'Fork of Still running').waitFor()
})

test('without a title, the API names the fork after its original, within the limit of titles', async () => {
  const chat = await createChat('A long title')
  await it.api.call('PATCH', `/api/chats/${chat.id}`, { title: '😀'.repeat(100) })
  const fork = await it.api.call<ChatView>('POST', `/api/messages/${chat.currentId}/fork`, {})
  expect(fork.title).toBe(`Fork of ${'😀'.repeat(96)}`)
  const page = await open(`/c/${chat.id}`)
  await page.getByRole('button', { name: 'Fork from here' }).last().click()
  await page.getByRole('heading', { level: 1, name: /^Fork of 😀+…$/u }).waitFor()
})

test('on a phone, the sheet of a message forks it, and says why a running answer cannot be forked', async () => {
  const chat = await createChat('On the phone')
  const page = await open(`/c/${chat.id}`, phone)
  // The button for keyboards and screen readers, which opens the sheet as a long press does.
  const actions = page.getByRole('button', { name: 'Message actions' })
  await actions.last().focus()
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').getByRole('button', { name: 'Fork from here' }).tap()
  await heading(page, 'Fork of On the phone').waitFor()

  const { chatId, runId } = await it.api.startRun({ model: 'slow', text: 'Running on the phone' })
  await page.goto(`${it.url}/c/${chatId}`)
  await actions.last().focus()
  await page.keyboard.press('Enter')
  const item = page.getByRole('dialog').getByRole('button', { name: /^Fork from here/ })
  expect(await item.textContent()).toContain('Not while the answer is being written')
  await item.tap({ force: true })
  await page.getByText('This answer is still being written.').waitFor()
  await it.api.call('POST', `/api/runs/${runId}/stop`)
})
