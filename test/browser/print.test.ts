import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { phone, startPage } from './support/page-fixture.ts'
import type { OpenOptions, PageFixture } from './support/page-fixture.ts'

let it: PageFixture
const pages: Page[] = []

const wideRow = Array.from({ length: 14 }, (_, n) => `column-with-a-long-name-${n}`)
const line = (cells: string[]): string => `| ${cells.join(' | ')} |\n`
const words = [
  'Look:\n\n```js\n',
  `const long = '${'x'.repeat(300)}'\n`,
  ...Array.from({ length: 120 }, (_, n) => `call(${n})\n`),
  '```\n\n',
  line(wideRow) + line(wideRow.map(() => '---')) + line(wideRow.map((_, n) => `a value of some words ${n}`)),
  '\n| n | square |\n| --- | --- |\n',
  ...Array.from({ length: 500 }, (_, n) => `| row ${n} | ${n * n} |\n`),
  '\n<details><summary>More</summary>\n\nwas folded away\n\n</details>\n',
]

beforeAll(async () => {
  it = await startPage({ short: { words: ['Short.'] }, rich: { words, reasoning: ['secret ', 'thoughts'] } })
})
afterAll(() => it[Symbol.asyncDispose]())
afterEach(async () => {
  for (const page of pages.splice(0)) await page.context().close()
  expect(it.pageErrors.splice(0)).toEqual([])
})

async function answered(
  model: string,
  text: string,
  place: { chatId?: string; parentId?: string | null } = {},
) {
  const run = await it.api.startRun({ model, text, ...place })
  await expect.poll(async () => (await it.api.chat(run.chatId)).running).toBe(false)
  return run
}

async function open(path: string, options: OpenOptions = {}): Promise<Page> {
  const page = await it.open(path, options)
  pages.push(page)
  await page.getByRole('article').last().waitFor()
  return page
}

/** Shows the page as it is printed on A4, which is 688 px wide between the margins. */
async function showOnPaper(page: Page): Promise<void> {
  await page.setViewportSize({ width: 688, height: 1000 })
  await page.emulateMedia({ media: 'print' })
  await page.evaluate(() => dispatchEvent(new Event('beforeprint')))
}

const rich = async (): Promise<string> => {
  const question = ['Question with code\n```txt', ...Array.from({ length: 40 }, (_, n) => `line ${n}`), '```']
  return (await answered('rich', question.join('\n'))).chatId
}

test('a long chat is printed whole, although the page shows only its last messages', async () => {
  let place: { chatId?: string; parentId?: string | null } = {}
  for (let n = 0; n < 25; n++) {
    const run = await answered('short', `Question ${n}.`, place)
    place = { chatId: run.chatId, parentId: run.messageId }
  }
  const page = await open(`/c/${place.chatId}`)
  expect(await page.getByRole('article').count()).toBe(40)
  // The browser prints what is there when the event ends.
  const shown = await page.evaluate(() => {
    dispatchEvent(new Event('beforeprint'))
    return document.querySelectorAll('article').length
  })
  expect(shown).toBe(50)
  await showOnPaper(page)
  const printed = await page.locator('article').allInnerTexts()
  expect(printed).toHaveLength(50)
  expect(printed[0]).toContain('Question 0.')
  // Nothing limits the height, so the browser divides all of it into pages.
  const height = await page.evaluate(() => document.documentElement.scrollHeight)
  const last = await page.locator('article').last().boundingBox()
  expect(height + 1).toBeGreaterThanOrEqual((last?.y ?? 0) + (last?.height ?? 0))
  expect((last?.y ?? 0) > 1000).toBe(true)
  const pdf = (await page.pdf({ format: 'A4' })).toString('latin1')
  expect(pdf.match(/\/Type\s*\/Page\b/g)?.length).toBeGreaterThan(2)
})

test('no controls are printed, only the title and the messages with author and time', async () => {
  const page = await open(`/c/${await rich()}`)
  await showOnPaper(page)
  const controls = page.locator('button, textarea, input, nav, form, a[href="#main"]')
  expect(
    await controls.evaluateAll((all) => all.filter((it) => it.checkVisibility()).map((it) => it.outerHTML)),
  ).toEqual([])
  await page.getByRole('heading', { level: 1, name: /^Question with code/ }).waitFor()
  const authors = await page
    .locator('article')
    .evaluateAll((all) => all.map((it) => getComputedStyle(it, '::before').content))
  expect(authors).toEqual([expect.stringMatching(/^"You, /), expect.stringMatching(/^"Answer from rich, /)])
  const text = await page.locator('body').innerText()
  expect(text).not.toContain('secret thoughts')
  expect(text).not.toContain('Ada Lovelace')
})

test('code and tables are not cut: long lines are wrapped, folded parts are unfolded, all rows are there', async () => {
  const page = await open(`/c/${await rich()}`)
  expect(await page.locator('body').innerText()).not.toContain('row 499')
  await showOnPaper(page)
  const text = await page.locator('[data-thread]').innerText()
  for (const part of ['line 39', 'call(119)', 'row 499', 'was folded away', 'x'.repeat(300)])
    expect(text.replaceAll('\n', ' '), part).toContain(part)
  const beyond = await page
    .locator('[data-thread] *')
    .evaluateAll((all) =>
      all
        .filter((it) => it.checkVisibility() && it.getBoundingClientRect().right > innerWidth + 1)
        .map((it) => `${it.className} ${it.textContent.slice(0, 40)}`),
    )
  expect(beyond).toEqual([])
  const cut = await page.locator('[data-thread], [data-thread] *').evaluateAll((all) =>
    all
      .filter((it) => it.checkVisibility() && getComputedStyle(it).overflowX !== 'visible')
      .filter((it) => it.scrollWidth > it.clientWidth + 1 || it.scrollHeight > it.clientHeight + 1)
      .map((it) => `${it.tagName} ${it.className}`),
  )
  expect(cut).toEqual([])
})

test('a chat in the dark theme is printed in light colours, on a phone too', async () => {
  const path = `/c/${await rich()}`
  for (const options of [{ colorScheme: 'dark' }, { ...phone, colorScheme: 'dark' }] as const) {
    const page = await open(path, options)
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    const colours = await page.evaluate(() => {
      const luminance = (colour: string): number => {
        const context = document.createElement('canvas').getContext('2d')
        if (!context) throw new Error('no canvas')
        context.fillStyle = colour
        context.fillRect(0, 0, 1, 1)
        const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data
        return (red + green + blue) / 765
      }
      const page = getComputedStyle(document.documentElement).backgroundColor
      const elements = [
        ...document.querySelectorAll('h1, article p, article td, article code, article code span'),
      ]
      return {
        page: luminance(page),
        text: Math.max(...elements.map((it) => luminance(getComputedStyle(it).color))),
      }
    })
    expect(colours.page).toBe(1)
    expect(colours.text).toBeLessThan(0.6)
  }
})

test('the menu of the open chat prints it once everything is shown, and the page is as before afterwards', async () => {
  const chatId = await rich()
  await answered('short', 'Not open')
  const page = await open(`/c/${chatId}`)
  await page.evaluate(() => {
    window.print = () => {
      dispatchEvent(new Event('beforeprint'))
      document.body.dataset['printed'] = document.querySelector('[data-thread]')?.textContent ?? ''
      dispatchEvent(new Event('afterprint'))
    }
  })
  await page
    .getByRole('main')
    .getByRole('button', { name: /^Options for/ })
    .first()
    .click()
  await page.getByRole('menuitem', { name: 'Print' }).click()
  await expect.poll(() => page.evaluate(() => document.body.dataset['printed'])).toContain('row 499')
  await page.getByRole('button', { name: /Show all \d+ lines/ }).waitFor()

  await page.getByRole('link', { name: 'Not open' }).hover()
  await page.getByRole('button', { name: 'Options for Not open' }).click()
  await page.getByRole('menuitem', { name: 'Save as JSON' }).waitFor()
  expect(await page.getByRole('menuitem', { name: 'Print' }).count()).toBe(0)
})
