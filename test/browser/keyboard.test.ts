import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'
import { send } from './support/page-steps.ts'

const markdown = '## Tides\n\n- **two** a day\n\n| a | b |\n|---|---|\n| 1 | 2 |\n'
let it: PageFixture
let page: Page

beforeAll(async () => {
  it = await startPage({ fast: { words: [markdown] }, other: { words: 5 } })
  page = await it.open('/', { permissions: ['clipboard-read', 'clipboard-write'] })
  for (const [place, text] of ['First', 'Second'].entries()) {
    await send(page, text)
    await page.locator('[data-message="assistant"][data-status="done"]').nth(place).waitFor()
  }
})
afterEach(() => expect(it.pageErrors.splice(0)).toEqual([]))
afterAll(() => it[Symbol.asyncDispose]())

const focused = (): Promise<string | null> =>
  page.evaluate(() => {
    const { activeElement: at } = document
    return at?.getAttribute('aria-label') ?? at?.textContent ?? null
  })

test('34: copy gives the exact Markdown, and says so in words', async () => {
  const answer = page.getByRole('article').last()
  await answer.getByRole('button', { name: 'Copy' }).last().click()
  await answer.getByRole('status').getByText('Copied').waitFor()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(markdown)
})

test('53: messages are articles named after their author and time; Alt and the arrows lead through them', async () => {
  const names = await page
    .getByRole('article')
    .evaluateAll((articles) => articles.map((article) => article.getAttribute('aria-label') ?? ''))
  expect(names).toEqual([
    expect.stringMatching(/^You, \d+:\d\d/),
    expect.stringMatching(/^Answer from fast, \d+:\d\d/),
    expect.stringMatching(/^You, \d+:\d\d/),
    expect.stringMatching(/^Answer from fast, \d+:\d\d/),
  ])
  await page.getByRole('textbox', { name: 'Message' }).focus()
  for (const name of names.toReversed()) {
    await page.keyboard.press('Alt+ArrowUp')
    expect(await focused()).toBe(name)
  }
  for (const name of names.slice(1)) {
    await page.keyboard.press('Alt+ArrowDown')
    expect(await focused()).toBe(name)
  }
  await page.keyboard.press('Alt+ArrowDown')
  expect(await focused()).toBe('Message')
})

/** How to open each overlay by keyboard, and its role. */
const openers: [opener: string, role: 'menu' | 'dialog' | 'textbox', steps: (page: Page) => Promise<void>][] =
  [
    ['Model: fast', 'dialog', (at) => at.getByRole('button', { name: 'Model: fast' }).press('Enter')],
    [
      'Options for First',
      'menu',
      (at) =>
        at
          .getByRole('button', { name: /^Options for/ })
          .last()
          .press('Enter'),
    ],
    ['Ada Lovelace', 'menu', (at) => at.getByRole('button', { name: 'Ada Lovelace' }).press('Enter')],
    [
      'Options for First',
      'textbox',
      async (at) => {
        const options = at.getByRole('button', { name: /^Options for/ }).last()
        await options.press('Enter')
        await at.getByRole('menuitem', { name: 'Rename' }).press('Enter')
      },
    ],
    [
      'Ada Lovelace',
      'dialog',
      async (at) => {
        await at.getByRole('button', { name: 'Ada Lovelace' }).press('Enter')
        await at.getByRole('menuitem', { name: 'Keyboard shortcuts' }).press('Enter')
      },
    ],
  ]

test.each(openers)(
  '49: from the %s %s the focus goes back to where it came from',
  async (opener, role, steps) => {
    await steps(page)
    const opened = role === 'textbox' ? page.getByRole(role, { name: 'Title' }) : page.getByRole(role).last()
    await opened.waitFor()
    await page.keyboard.press('Escape')
    await opened.waitFor({ state: 'detached' })
    expect(await focused()).toContain(opener)
  },
)

test('O17: About names the version, and links to the licenses of the shipped packages', async () => {
  await page.getByRole('button', { name: 'Ada Lovelace' }).press('Enter')
  await page.getByRole('menuitem', { name: 'About' }).press('Enter')
  const dialog = page.getByRole('dialog')
  const { version } = (await (await fetch(new URL('/api/app', page.url()))).json()) as { version: string }
  await dialog.getByText(`Shoal ${version}`, { exact: true }).waitFor()
  const href = await dialog.getByRole('link', { name: 'third-party licenses' }).getAttribute('href')
  const notices = await fetch(new URL(href!, page.url()))
  expect(notices.headers.get('content-type')).toMatch(/^text\/plain; charset=utf-8/i)
  const words = await notices.text()
  for (const name of ['react', 'katex', 'marked', 'fastify'])
    expect(words).toMatch(new RegExp(`^${name} \\d`, 'm'))
  await page.keyboard.press('Escape')
})
