import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'
import { chooseModel, lastAnswer, send, waitForAnswer } from './support/page-steps.ts'

let it: PageFixture
const pages: Page[] = []

beforeAll(async () => {
  it = await startPage({ fast: { words: 60 }, late: { words: 20, firstWordMs: 2500 } })
})
afterAll(() => it[Symbol.asyncDispose]())
afterEach(async () => {
  for (const page of pages.splice(0)) await page.context().close()
  expect(it.pageErrors.splice(0)).toEqual([])
})

/** A page in a browser that `spoil` has changed before any script of the page runs. */
async function openSpoiled(spoil: () => void): Promise<Page> {
  const context = await it.browser.newContext({ viewport: { width: 1000, height: 700 } })
  await context.addInitScript(spoil)
  await context.addCookies([{ name: 'token', value: it.api.token, url: it.url, httpOnly: true }])
  const page = await it.open('/', { beside: context })
  pages.push(page)
  return page
}

async function expectAnswer(page: Page, question: string): Promise<void> {
  await send(page, question)
  await waitForAnswer(page)
  const { messages } = await it.api.chat(page.url().split('/').at(-1) ?? '')
  await expect
    .poll(() => lastAnswer(page).locator('.answer > .md').innerText())
    .toBe(messages.at(-1)?.text.trim())
}

test('in a browser without storage, sending and reading still work', async () => {
  const page = await openSpoiled(() => {
    const refuse = {
      get: () => {
        throw new DOMException('refused', 'SecurityError')
      },
    }
    Object.defineProperty(window, 'localStorage', refuse)
    Object.defineProperty(window, 'sessionStorage', refuse)
  })
  await expectAnswer(page, 'Nothing is kept here')
  await expectAnswer(page, 'And once more')
})

test('if storage is full, no draft is kept, and everything else works', async () => {
  const page = await openSpoiled(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError')
    }
  })
  await expectAnswer(page, 'There is no room')
  await page.getByRole('textbox', { name: 'Message' }).fill('A draft without a place')
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByRole('article', { name: /^You/ }).getByText('A draft without a place').waitFor()
  await waitForAnswer(page)
})

test.each([
  ['a day ahead', 1],
  ['a day behind', -1],
])('a clock that is %s does not make the page count wrongly', async (_, days) => {
  const page = await openSpoiled(
    days > 0
      ? () => {
          const now = Date.now.bind(Date)
          Date.now = () => now() + 86_400_000
        }
      : () => {
          const now = Date.now.bind(Date)
          Date.now = () => now() - 86_400_000
        },
  )
  await chooseModel(page, 'late')
  await send(page, 'What time is it?')
  const waiting = page.getByText(/Waiting for the model · /)
  await waiting.waitFor()
  const said = await waiting.innerText()
  console.log(`clock ${days} day wrong: “${said}”`)
  expect(said).toMatch(/^Waiting for the model · [1-9] s$/)
  await waitForAnswer(page)
})

test('2 MB in the field are reported as too long, keep their direction, and can still be edited', async () => {
  const page = await it.open('/')
  const field = page.getByRole('textbox', { name: 'Message' })
  await field.focus()
  await field.evaluate((it: HTMLTextAreaElement) => {
    it.setRangeText(`שלום ${'words '.repeat(350_000)}`)
    it.dispatchEvent(new Event('input', { bubbles: true }))
  })
  await page
    .getByRole('alert')
    .getByText(/^Your message is too long: /)
    .waitFor()
  expect(await page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true)
  // The direction is determined once: determining it again at each key would lay out the whole text.
  expect(await field.getAttribute('dir')).toBe('rtl')
  await field.press('End')
  await page.keyboard.type('!')
  expect(await field.evaluate((it: HTMLTextAreaElement) => it.value.includes('!'))).toBe(true)
  await field.fill('short')
  await expect.poll(() => page.getByRole('alert').count()).toBe(0)
  expect(await field.getAttribute('dir')).toBe('auto')
  await field.press('Enter')
  await waitForAnswer(page)
  await page.context().close()
})

test('each of the four suggestions fills the field, where the user can complete it', async () => {
  const page = await it.open('/')
  const field = page.getByRole('textbox', { name: 'Message' })
  const starters = page.getByRole('list', { name: 'Suggestions' }).getByRole('button')
  await expect.poll(() => starters.count()).toBe(4)
  for (const starter of await starters.all()) {
    await starter.click()
    expect((await starter.innerText()).endsWith((await field.inputValue()).trim())).toBe(true)
    await expect.poll(() => field.evaluate((it) => it === document.activeElement)).toBe(true)
  }
  await page.context().close()
})

test('an old browser shows a sentence in both languages instead of an empty page', async () => {
  const context = await it.browser.newContext()
  await context.addInitScript(() => {
    delete (HTMLElement.prototype as Partial<HTMLElement>).popover
  })
  const page = await context.newPage()
  pages.push(page)
  // A browser that does not know the syntax of the page's scripts runs none of them.
  await page.route(/assets.*\.js/, (route) => route.abort())
  await page.goto(it.url)
  expect(await page.getByText('This page needs a newer browser').isVisible()).toBe(true)
  expect(await page.getByText('Diese Seite braucht einen neueren Browser').isVisible()).toBe(true)
})

test('a supported browser shows no such sentence', async () => {
  const page = await openSpoiled(() => {})
  await page.getByRole('textbox', { name: 'Message' }).waitFor()
  expect(await page.getByText(/needs a newer browser/).isVisible()).toBe(false)
})

// Chromium parses `noscript` as if scripts ran, also where a test forbids them.
test('without JavaScript, the page has a sentence too', async () => {
  const html = await (await fetch(it.url)).text()
  expect(html.replace(/[^]*<noscript>|<\/noscript>[^]*/g, '')).toContain('This page needs JavaScript.')
})
