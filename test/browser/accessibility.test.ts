import { AxeBuilder } from '@axe-core/playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { benchSource } from '../support/bench-source.ts'
import { phone, startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'
import { chooseModel, lastAnswer, send, waitForAnswer } from './support/page-steps.ts'

let it: PageFixture

beforeAll(async () => {
  it = await startPage({
    rich: { words: [benchSource] },
    slow: { words: 900, wordsPerSecond: 60 },
    fails: { refuse: { status: 401, body: { error: { message: 'No.' } } } },
  })
  await it.api.startRun({ model: 'fails', text: 'x'.repeat(8000) })
  await it.api.call('POST', '/api/account/api-keys', { name: 'a key' })
})
afterAll(() => it[Symbol.asyncDispose]())

/** A new chat with an answer that contains every kind of content. */
async function createRichChat(): Promise<string> {
  const run = await it.api.startRun({ model: 'rich', text: 'A rich answer' })
  await expect
    .poll(async () => (await it.api.chat(run.chatId)).messages.at(-1)?.status, { timeout: 10_000 })
    .toBe('done')
  return `/c/${run.chatId}`
}

const views: Record<string, BrowserContextOptions> = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  'phone, light': { ...phone, colorScheme: 'light' },
  'phone, dark': { ...phone, colorScheme: 'dark' },
}

async function accessibilityViolations(page: Page): Promise<string[]> {
  // Wait for fade-in animations before measuring contrast.
  await page.evaluate(() =>
    Promise.all(document.getAnimations().map((it) => it.finished.catch(() => undefined))),
  )
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.flatMap(({ id, impact, nodes }) =>
    nodes.map((node) => `${id} (${impact}): ${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`),
  )
}

const places: Record<
  string,
  { path?: string; signedIn?: boolean; waitUntilShown?: (page: Page) => Promise<unknown> }
> = {
  'sign-in': { signedIn: false, waitUntilShown: (page) => page.getByLabel('Password').waitFor() },
  empty: { waitUntilShown: (page) => page.getByRole('textbox', { name: 'Message' }).waitFor() },
  account: { path: '/account', waitUntilShown: (page) => page.getByText('a key').waitFor() },
  connections: {
    path: '/connections',
    waitUntilShown: (page) => page.getByRole('button', { name: 'Test connection' }).first().waitFor(),
  },
  users: {
    path: '/users',
    waitUntilShown: (page) => page.getByText('administrator', { exact: true }).waitFor(),
  },
  settings: { path: '/settings', waitUntilShown: (page) => page.getByText(/Applied on/).waitFor() },
  instances: { path: '/cluster', waitUntilShown: (page) => page.getByText('serving this page').waitFor() },
  nowhere: {
    path: '/nowhere',
    waitUntilShown: (page) => page.getByText('This page doesn’t exist').waitFor(),
  },
  'a new connection': {
    path: '/connections',
    async waitUntilShown(page) {
      await page.getByRole('button', { name: 'Add a connection' }).click()
      await page.getByText('Advanced').click()
      await page.getByLabel('Address').fill('http://127.0.0.1:9/v1')
      await page.getByRole('dialog').getByRole('button', { name: 'Test connection' }).click()
      await page.getByRole('alert').waitFor()
    },
  },
  'messages that were searched': {
    async waitUntilShown(page) {
      await page.getByRole('textbox', { name: 'Message' }).waitFor()
      const field = page.getByRole('searchbox', { name: 'Search titles and messages' })
      if ((await field.count()) === 0) await page.getByRole('button', { name: 'Chats' }).click()
      await field.fill('xxxx')
      await page.locator('mark').first().waitFor()
    },
  },
  'chats in a folder, of which some are selected': {
    async waitUntilShown(page) {
      for (const { id } of (await it.api.call<{ items: { id: string }[] }>('GET', '/api/chats')).items.slice(
        0,
        1,
      )) {
        await it.api.call('PATCH', `/api/chats/${id}`, { folder: 'Work' })
      }
      await page.getByRole('textbox', { name: 'Message' }).waitFor()
      const button = page.getByRole('button', { name: 'Work', exact: true })
      if ((await button.count()) === 0) await page.getByRole('button', { name: 'Chats' }).click()
      await button.click()
      expect(await accessibilityViolations(page)).toEqual([])
      await page.getByRole('button', { name: 'Select chats' }).click()
      await page.getByRole('checkbox').first().click()
    },
  },
  'a user who was added': {
    path: '/users',
    async waitUntilShown(page) {
      await page.getByRole('button', { name: 'Add a user' }).click()
      const dialog = page.getByRole('dialog', { name: 'Add a user' })
      await dialog.getByLabel('Name').fill('Grace')
      await dialog.getByLabel('Email').fill('ada@example.org')
      await dialog.getByRole('button', { name: 'Add', exact: true }).click()
      await dialog.getByRole('alert').waitFor()
      expect(await accessibilityViolations(page)).toEqual([])
      await dialog.getByLabel('Email').fill(`grace-${Date.now()}@example.org`)
      await dialog.getByRole('button', { name: 'Add', exact: true }).click()
      await page.getByText('Copy it now.').waitFor()
    },
  },
  'a question before a key is revoked': {
    path: '/account',
    async waitUntilShown(page) {
      await page.getByRole('button', { name: 'Revoke' }).first().click()
      await page.getByRole('alertdialog').waitFor()
    },
  },
  'the model menu': {
    async waitUntilShown(page) {
      await page.getByRole('button', { name: /^Model:/ }).click()
      await page.getByRole('menu').waitFor()
    },
  },
}

/**
 * `npm test` checks a selection of places on a light desktop and answers on a dark phone; `test:all` checks everything.
 */
const all = process.env['SHOAL_TEST_ALL'] === '1'
const smoke = new Set([
  'sign-in',
  'account',
  'a new connection',
  'the list of models',
  'messages that were searched',
  'chats in a folder, of which some are selected',
])
const chosen = Object.entries(views).filter(([name]) => all || name === 'light' || name === 'phone, dark')

describe.each(chosen)('51: axe finds nothing: %s', (name, view) => {
  test
    .runIf(all || name === 'light')
    .each(Object.entries(places).filter(([place]) => all || smoke.has(place)))(
    '%s',
    async (__, { path = '/', signedIn = true, waitUntilShown }) => {
      const page = await it.open(path, { ...view, signedIn })
      await waitUntilShown?.(page)
      expect(await accessibilityViolations(page)).toEqual([])
      await page.context().close()
    },
  )

  test.runIf(all || name !== 'light')('a long answer, one that is written, one that failed', async () => {
    const page = await it.open(await createRichChat(), view)
    await lastAnswer(page).locator('pre').first().waitFor()
    await page.locator('.katex').first().waitFor()
    expect(await accessibilityViolations(page)).toEqual([])
    if (view.isMobile) {
      await lastAnswer(page).getByRole('button', { name: 'Message actions' }).press('Enter')
      await page.getByRole('dialog', { name: /^Answer from/ }).waitFor()
      expect(await accessibilityViolations(page)).toEqual([])
      await page.keyboard.press('Escape')
    }
    await chooseModel(page, 'slow')
    await send(page, 'More')
    await lastAnswer(page).locator('.md p').first().waitFor()
    await page.getByRole('textbox', { name: 'Message' }).fill('queued')
    await page.getByRole('button', { name: 'Add to queue' }).click()
    expect(await accessibilityViolations(page)).toEqual([])
    await page.getByRole('button', { name: 'Stop' }).click()
    await waitForAnswer(page, 'stopped')
    expect(await accessibilityViolations(page)).toEqual([])
    await page.context().close()
  })

  test('the policy refused nothing, and no other host was requested', () => {
    expect(it.pageErrors).toEqual([])
  })
})

test('48: Tab goes through the whole page and back, and changes no answer', async () => {
  const page = await it.open(await createRichChat())
  await lastAnswer(page).locator('pre').first().waitFor()
  await page.getByRole('textbox', { name: 'Message' }).waitFor()
  await page.locator('.katex').first().waitFor()
  const before = await lastAnswer(page).locator('.answer').textContent()
  await page.getByText('Skip to content').focus()
  const seen: string[] = []
  const invisible: string[] = []
  for (let i = 0; i < 200; i++) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate(() => {
      const element = document.activeElement
      if (!element || element === document.body) return null
      const box = element.getBoundingClientRect()
      const name = `${element.tagName} ${element.getAttribute('aria-label') ?? element.textContent.slice(0, 30)}`
      return {
        name,
        shown: box.width > 0 && box.height > 0 && getComputedStyle(element).visibility === 'visible',
      }
    })
    if (!at) break
    if (!at.shown) invisible.push(at.name)
    seen.push(at.name)
  }
  console.log(`behaviour 48: ${seen.length} stops`)
  expect(seen[0]).toContain('Hide chats')
  expect(seen.at(-1)).toMatch(/Message|Send/)
  expect(seen.length).toBeLessThan(200)
  expect(invisible).toEqual([])
  for (const _ of seen) await page.keyboard.press('Shift+Tab')
  expect(await lastAnswer(page).locator('.answer').textContent()).toBe(before)
  await page.context().close()
})

test('52: at 320 px only code and tables scroll sideways, in their own boxes', async () => {
  const page = await it.open(await createRichChat(), { viewport: { width: 320, height: 568 } })
  await lastAnswer(page).locator('pre').first().waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
  const wide = await page
    .locator('[data-thread] *')
    .evaluateAll((elements) =>
      elements
        .filter(
          (it) =>
            it.getBoundingClientRect().right > 321 &&
            !it.closest('pre, table, .katex, .katex-display, [tabindex="0"]'),
        )
        .map((it) => it.outerHTML.slice(0, 100)),
    )
  expect(wide).toEqual([])
  await page.context().close()
})
