import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchFirefox } from './support/firefox.ts'
import type { Firefox } from './support/firefox.ts'
import { keys } from './support/firefox-page.ts'
import type { FirefoxPage } from './support/firefox-page.ts'
import { startPageServer } from './support/page-server.ts'
import type { PageServer } from './support/page-server.ts'

// `npm test` leaves these tests to `npm run test:all`.
const all = process.env['SHOAL_TEST_ALL'] === '1'
let server: PageServer
let firefox: Firefox
let page: FirefoxPage

const button = (name: string) => ({ role: 'button', name })
const message = { role: 'textbox', name: 'Message' }
const search = { role: 'searchbox', name: 'Search titles and messages' }
const question = '[data-message="user"]'
const statuses = `[...document.querySelectorAll('[data-message="assistant"]')].map((it) => it.dataset.status)`
const textOf = (selector: string): string =>
  `[...document.querySelectorAll('${selector}')].map((it) => it.innerText).join(' ')`

const waitForStatus = (status: string): Promise<void> =>
  expect.poll(() => page.evaluate(`${statuses}.at(-1)`), { timeout: 30_000 }).toBe(status)
const waitForText = (text: string, selector = 'body'): Promise<void> =>
  expect.poll(() => page.evaluate(textOf(selector))).toContain(text)

async function ask(text: string): Promise<void> {
  await page.write(message, text)
  await page.type(keys.enter)
  await waitForText(text, question)
}

async function chooseModel(from: string, to: string): Promise<void> {
  await page.click(button(`Model: ${from}`))
  await page.click({ role: 'option', name: to })
  await page.waitFor(button(`Model: ${to}`))
}

describe.runIf(all)('in Firefox, in order', () => {
  beforeAll(async () => {
    server = await startPageServer({
      scripts: { fast: { words: 60 }, long: { words: 3000, wordsPerSecond: 20 } },
      env: {},
    })
    firefox = await launchFirefox()
    console.log(`Firefox ${firefox.version}`)
    page = await firefox.open(server.url)
  }, 120_000)
  afterAll(async () => {
    await firefox[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
    expect(firefox.pageErrors).toEqual([])
  })

  test('a user signs up', async () => {
    await page.write({ role: 'textbox', name: 'Name' }, 'Ada Lovelace')
    await page.write('input[type=email]', 'ada@example.org')
    await page.write('input[type=password]', 'correct horse')
    await page.click(button('Create the administrator’s account'))
    await page.waitFor(message)
  })

  test('a question is answered', async () => {
    await ask('Why are there tides?')
    await waitForStatus('done')
    expect(String(await page.evaluate(textOf('.answer'))).split(/\s+/).length).toBeGreaterThanOrEqual(60)
  })

  test('an answer is regenerated, and the previous version is kept', async () => {
    await page.click(button('Regenerate'))
    await waitForText('2/2')
    await waitForStatus('done')
    await page.click(button('Previous version'))
    await waitForText('1/2')
  })

  test('a question is edited', async () => {
    await page.hover(question)
    await page.click(button('Edit'))
    await page.write({ role: 'textbox', name: 'Edit your message' }, 'Why is the sky blue?')
    await page.type(keys.enter)
    await waitForText('Why is the sky blue?', question)
    await waitForStatus('done')
  })

  test('an answer is stopped, and its text stays', async () => {
    await chooseModel('fast', 'long')
    await ask('Go on and on')
    await expect
      .poll(() => page.evaluate("document.querySelectorAll('.answer .md p').length"))
      .toBeGreaterThan(1)
    await page.click(button('Stop'))
    await waitForStatus('stopped')
    await waitForText('Stopped')
    await chooseModel('long', 'fast')
  })

  test('a chat is found by a word of a message', async () => {
    await page.goto(server.url)
    await page.write(search, 'blue')
    await waitForText('blue', 'mark')
    await page.type(keys.enter)
    await waitForText('Why is the sky blue?', question)
    await page.write(search, keys.backspace)
  })

  test('a chat is renamed, deleted and restored', async () => {
    await page.click('header div button[aria-label^="Options for"]')
    await page.click({ role: 'menuitem', name: 'Rename' })
    await page.write({ role: 'textbox', name: 'Title' }, 'Colours')
    await page.type(keys.enter)
    await page.waitFor({ role: 'heading', name: 'Colours' })
    await page.click('header div button[aria-label="Options for Colours"]')
    await page.click({ role: 'menuitem', name: 'Delete' })
    await waitForText('Chat deleted')
    await page.click(button('Undo'))
    await page.waitFor({ role: 'link', name: 'Colours' })
  })

  test('on 390 px, nothing scrolls sideways, the chats are in a sheet, and a question is answered', async () => {
    await page.resize(390, 844)
    await page.goto(server.url)
    await page.click(button('Chats'))
    await page.click({ role: 'link', name: 'Colours' })
    await page.waitFor({ role: 'heading', name: 'Colours' })
    await ask('And at night?')
    await waitForStatus('done')
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
  })
})
