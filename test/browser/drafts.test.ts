import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'
import { waitForAnswer, send } from './support/page-steps.ts'

let it: PageFixture

beforeAll(async () => {
  it = await startPage({ fast: { words: 20 } })
})
afterAll(async () => {
  await it[Symbol.asyncDispose]()
  expect(it.pageErrors).toEqual([])
})

const field = (page: Page): ReturnType<Page['getByRole']> => page.getByRole('textbox', { name: 'Message' })
const stored = (page: Page, text: string): Promise<unknown> =>
  page.waitForFunction((words) => JSON.stringify(sessionStorage).includes(words), text)

test('22: two chats never show each other’s draft', async () => {
  const page = await it.open('/')
  await send(page, 'The first chat')
  await waitForAnswer(page)
  await field(page).fill('for the first')
  await page.getByRole('button', { name: 'New chat' }).click()
  await expect.poll(() => field(page).inputValue()).toBe('')
  await field(page).fill('for another')
  await page.getByRole('link', { name: /^The first chat/ }).click()
  await expect.poll(() => field(page).inputValue()).toBe('for the first')
  await page.getByRole('button', { name: 'New chat' }).click()
  await expect.poll(() => field(page).inputValue()).toBe('for another')
  await page.context().close()
})

test('22: two tabs of one chat keep their own drafts, over a reload and after the other has sent', async () => {
  const one = await it.open('/')
  await send(one, 'A chat of two tabs')
  await waitForAnswer(one)
  const other = await it.open(new URL(one.url()).pathname, { beside: one.context() })
  await field(one).fill('begun in the one')
  await stored(one, 'begun in the one')
  await field(other).fill('begun in the other')
  await stored(other, 'begun in the other')
  await one.reload()
  await expect.poll(() => field(one).inputValue()).toBe('begun in the one')
  await field(other).press('Enter')
  await waitForAnswer(other)
  await one.reload()
  await expect.poll(() => field(one).inputValue()).toBe('begun in the one')
  await other.reload()
  await waitForAnswer(other)
  expect(await field(other).inputValue()).toBe('')
  await one.context().close()
})
