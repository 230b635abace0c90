import { AxeBuilder } from '@axe-core/playwright'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { BrowserContext, Page } from 'playwright-core'
import { limits } from '../../protocol/limits.ts'
import { hostilePayloads } from './support/hostile-payloads.ts'
import { phone, startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'
import { send } from './support/page-steps.ts'

let it: PageFixture
let path = ''

const category = (name: string): string => name.split(' ')[0] ?? ''
const categories = [...new Set(hostilePayloads.map(({ name }) => category(name)))]
const textsOf = (name: string): string[] =>
  hostilePayloads.filter((payload) => category(payload.name) === name).map(({ text }) => text)

/**
 * As many whole payloads as fit into a field of `maxLength` characters, in turn from all categories except the invisible
 * ones.
 */
function joinPayloads(maxLength: number, from: string[]): string {
  let whole = ''
  for (const text of from) {
    if (whole.length + text.length + 1 <= maxLength) whole += `${text} `
  }
  return whole.trim()
}
const markup = [...textsOf('html'), ...textsOf('forms'), ...textsOf('entities'), ...textsOf('links')]
const title = joinPayloads(limits.title, markup)
/** The server removes a provider’s markup from errors; everything else passes. */
const refusal = joinPayloads(
  280,
  [...textsOf('links'), ...textsOf('images'), ...textsOf('entities')].filter(
    (text) => !/<[a-z!/]/i.test(text),
  ),
)
const userName = joinPayloads(limits.name, markup)

// One chat with every payload as a question and in an answer, and the same payloads as title, name and provider error.
beforeAll(async () => {
  it = await startPage({ hostile: {} })
  const { api, provider } = it
  await api.call('PATCH', '/api/account', { name: userName })
  let last: { chatId: string; messageId: string } | undefined
  const ask = async (text: string): Promise<void> => {
    const place = last ? { chatId: last.chatId, parentId: last.messageId } : {}
    const run = await api.startRun({ model: 'hostile', text, ...place })
    last = run
    await vi.waitFor(
      async () => {
        const { messages } = await api.chat(run.chatId)
        expect(messages.find(({ id }) => id === run.messageId)?.status).not.toBe('running')
      },
      { timeout: 30_000, interval: 100 },
    )
  }
  for (const name of categories) {
    const text = textsOf(name).join('\n\n')
    provider.scripts['hostile'] = { words: [text] }
    await ask(text)
  }
  provider.scripts['hostile'] = {
    refuse: { status: 400, body: { error: { message: `Refused: ${refusal}` } } },
  }
  await ask(markup.join('\n\n'))
  path = `/c/${last?.chatId}`
  await api.call('PATCH', `/api/chats/${last?.chatId}`, { title })
})
afterAll(() => it[Symbol.asyncDispose]())

/** A browser that counts the payloads that run. */
async function openCountingContext(
  options: Parameters<PageFixture['open']>[1] = {},
): Promise<BrowserContext> {
  const context = await it.browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
  await context.addInitScript(() => {
    const counted = Object.assign(window, { ran: 0, pwn: () => counted.ran++ })
  })
  await context.addCookies([{ name: 'token', value: it.api.token, url: it.url, httpOnly: true }])
  return context
}

const payloadsThatRan = (page: Page): Promise<number> =>
  page.evaluate(() => (window as unknown as { ran: number }).ran)

async function showWholeChat(page: Page): Promise<void> {
  await expect.poll(() => page.locator('[data-message]').count(), { timeout: 30_000 }).toBeGreaterThan(2)
  // Older messages load while scrolling up.
  while ((await page.getByText(/^[\d,]+ earlier messages?$/).count()) > 0) {
    const before = await page.locator('[data-message]').count()
    await page.locator('[data-thread]').evaluate((box) => {
      box.dispatchEvent(new WheelEvent('wheel', { deltaY: -1 }))
      box.scrollTop = 0
    })
    await expect.poll(() => page.locator('[data-message]').count()).toBeGreaterThan(before)
  }
  await page.locator('.katex').first().waitFor({ state: 'attached', timeout: 30_000 })
}

const all = process.env['SHOAL_TEST_ALL'] === '1'
const narrow = { viewport: { width: 320, height: 568 } }
/** `npm test` uses one desktop view; `test:all` crosses themes and sizes. */
const views: Record<string, NonNullable<Parameters<PageFixture['open']>[1]>> = {
  'a desk': {},
  ...(all && {
    'a dark phone': { ...phone, colorScheme: 'dark' },
    'a dark desk': { colorScheme: 'dark' },
    'a phone': phone,
    'a narrow window': narrow,
    'a narrow dark window': { ...narrow, colorScheme: 'dark' },
  }),
}

test.each(Object.entries(views))(
  'every payload as question, answer, title, name and error: nothing runs, leaks or is refused: %s',
  async (_, view) => {
    const context = await openCountingContext(view)
    const page = await it.open(path, { beside: context })
    await showWholeChat(page)
    expect(await page.locator('[data-message]').count()).toBe(2 * (categories.length + 1))
    expect(await page.title()).toContain(title.slice(0, 20))
    const problem = page.locator('[data-status="failed"] [role="alert"]')
    await expect
      .poll(() => problem.allInnerTexts(), { timeout: 10_000 })
      .toEqual([expect.stringContaining('pwn()')])
    await page.evaluate(() => {
      for (const node of document.querySelectorAll('*')) {
        node.dispatchEvent(new MouseEvent('mouseover', { bubbles: true }))
        if (node instanceof HTMLElement) node.focus({ preventScroll: true })
      }
    })
    const handlers = await page.evaluate(() =>
      [...document.querySelectorAll('*')]
        .flatMap((node) => [...node.attributes].map(({ name }) => name))
        .filter((name) => name.startsWith('on')),
    )
    expect(handlers).toEqual([])
    expect(await page.locator('iframe, object, embed, base, meta[http-equiv="refresh" i]').count()).toBe(0)
    const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(width).toBeLessThanOrEqual(0)
    await expectHarmless(page)
    await context.close()
  },
)

/** Checks that nothing ran, nothing was refused by the policy, and everything is readable. */
async function expectHarmless(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(
    violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`)),
  ).toEqual([])
  expect(await payloadsThatRan(page)).toBe(0)
  expect(it.pageErrors.splice(0)).toEqual([])
}

describe.runIf(all)('every place that shows a name, a title or an error', () => {
  const places = ['/', '/account', '/users', '/connections', '/settings', '/cluster']
  test.each(places.flatMap((place) => Object.entries(views).map(([name, view]) => ({ place, name, view }))))(
    '$place: $name',
    async ({ place, view }) => {
      const context = await openCountingContext(view)
      const page = await it.open(place, { beside: context })
      await page.locator('main').first().waitFor()
      await page.getByText(userName.slice(0, 12)).first().waitFor({ state: 'attached' })
      expect(await page.locator('iframe, object, embed, base').count()).toBe(0)
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      ).toBeLessThanOrEqual(0)
      await expectHarmless(page)
      await context.close()
    },
  )
})

test('the control: what runs is counted, what the policy refuses is recorded', async () => {
  const context = await openCountingContext()
  const page = await it.open('/', { beside: context })
  await page.evaluate(() => {
    ;(window as unknown as { pwn: () => void }).pwn()
    const image = new Image()
    image.src = 'https://evil.invalid/control.png'
    document.body.append(image)
  })
  expect(await payloadsThatRan(page)).toBe(1)
  await expect.poll(() => it.pageErrors.length).toBeGreaterThan(0)
  it.pageErrors.splice(0)
  await context.close()
})

test('64: a payload that a user sends is shown as it was written', async () => {
  const context = await openCountingContext()
  const page = await it.open('/', { beside: context })
  const text = textsOf('html').join(' ')
  it.provider.scripts['hostile'] = { words: [text], wordsPerSecond: 100 }
  await page.getByRole('textbox', { name: 'Message' }).waitFor()
  await send(page, text)
  await page.getByRole('article', { name: /^You/ }).getByText('<script>pwn()</script>').waitFor()
  expect(await payloadsThatRan(page)).toBe(0)
  expect(it.pageErrors.splice(0)).toEqual([])
  await context.close()
})
