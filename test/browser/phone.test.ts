import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Locator, Page } from 'playwright-core'
import { phone, startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'
import { waitForAnswer, lastAnswer } from './support/page-steps.ts'

let it: PageFixture
const pages: Page[] = []

beforeAll(async () => {
  it = await startPage({ fast: { words: 200 } })
})
afterAll(() => it[Symbol.asyncDispose]())
afterEach(async () => {
  for (const page of pages.splice(0)) await page.context().close()
  expect(it.pageErrors.splice(0)).toEqual([])
})

async function open(): Promise<Page> {
  const page = await it.open('/', phone)
  pages.push(page)
  return page
}

const field = (page: Page): Locator => page.getByRole('textbox', { name: 'Message' })

/** Sends with the button, because Enter inserts a line break on a phone. */
async function ask(page: Page, text: string): Promise<void> {
  await field(page).fill(text)
  await page.getByRole('button', { name: 'Send' }).tap()
  await waitForAnswer(page)
}

/** The names of the buttons that are visible, not only present for keyboards and screen readers. */
function namesOfVisible(buttons: Element[]): (string | null)[] {
  return buttons.filter((it) => !it.closest('.sr-only')).map((it) => it.getAttribute('aria-label'))
}

/** The middle of the visible part of an element, below the bar. */
async function middleOf(element: Locator): Promise<{ x: number; y: number }> {
  await element.scrollIntoViewIfNeeded()
  const box = await element.locator('[data-words]').or(element).first().boundingBox()
  if (!box) throw new Error('it is not on the screen')
  const [top, bottom] = [Math.max(box.y, 60), Math.min(box.y + box.height, 700)]
  return { x: box.x + box.width / 2, y: (top + bottom) / 2 }
}

/** Presses with a finger until the sheet is open, and lifts the finger. */
async function longPress(page: Page, element: Locator): Promise<void> {
  const touch = await page.context().newCDPSession(page)
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [await middleOf(element)] })
  await page.getByRole('dialog').waitFor()
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  await touch.detach()
}

describe('on a phone', () => {
  test('55–57: opening focuses nothing, Enter inserts a line break, nothing scrolls sideways, targets are large', async () => {
    const page = await open()
    await field(page).waitFor()
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BODY')
    await field(page).fill('one')
    await field(page).press('Enter')
    expect(await field(page).inputValue()).toBe('one\n')
    await page.getByRole('button', { name: 'Send' }).tap()
    await waitForAnswer(page)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
    const small = await page.locator('button:visible').evaluateAll((buttons) =>
      buttons
        .filter((button) => !button.closest('.md'))
        .map((button) => ({
          name: button.getAttribute('aria-label') ?? button.textContent,
          box: button.getBoundingClientRect(),
        }))
        .filter(({ box }) => box.height < 24 || box.width < 24)
        .map(({ name, box }) => `${name} ${box.width}×${box.height}`),
    )
    expect(small).toEqual([])
  })

  test('a long press opens the actions of a message; no actions are shown below a question', async () => {
    const page = await open()
    await ask(page, 'a question')
    const question = page.locator('[data-message="user"]').last()
    expect(await question.locator('button:visible').evaluateAll(namesOfVisible)).toEqual([])
    // All actions stay visible below the last answer.
    await lastAnswer(page).getByRole('button', { name: 'Copy', exact: true }).waitFor()

    await longPress(page, question)
    const sheet = page.getByRole('dialog', { name: /^You/ })
    await sheet.getByRole('button', { name: 'Copy' }).waitFor()
    const heights = await sheet
      .getByRole('button')
      .evaluateAll((buttons) => buttons.map((it) => it.getBoundingClientRect().height))
    expect(Math.min(...heights)).toBeGreaterThanOrEqual(44)
    // Lifting the finger over the sheet has not pressed anything in it.
    expect(await sheet.count()).toBe(1)
    expect(await page.evaluate(() => getSelection()?.toString())).toBe('')

    await sheet.getByRole('button', { name: 'Select text' }).tap()
    await expect.poll(() => page.evaluate(() => getSelection()?.toString().trim())).toBe('a question')
    expect(await sheet.count()).toBe(0)
    await page.evaluate(() => getSelection()?.removeAllRanges())

    await longPress(page, question)
    await sheet.getByRole('button', { name: 'Edit' }).tap()
    await page.getByRole('textbox', { name: 'Edit your message' }).fill('another')
    await question.getByRole('button', { name: 'Send' }).tap()
    await waitForAnswer(page)
    // If there are several versions, the switch stays visible.
    expect(await question.locator('button:visible').evaluateAll(namesOfVisible)).toEqual([
      'Previous version',
      'Next version',
    ])

    await longPress(page, lastAnswer(page).locator('.answer'))
    await page
      .getByRole('dialog', { name: /^Answer from/ })
      .getByRole('button', { name: 'Regenerate', exact: true })
      .tap()
    await lastAnswer(page).getByText('2/2').waitFor()
    await waitForAnswer(page)
  })

  test('scrolling with a finger does not open the actions; keyboard users have a button for them', async () => {
    const page = await open()
    await ask(page, 'a question')
    const question = page.locator('[data-message="user"]').last()
    const touch = await page.context().newCDPSession(page)
    const { x, y } = await middleOf(question)
    await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x, y }] })
    await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x, y: y - 40 }] })
    // Longer than a long press. There is no condition to wait for if nothing may happen.
    await delay(700)
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    expect(await page.getByRole('dialog').count()).toBe(0)

    const more = question.getByRole('button', { name: 'Message actions' })
    await more.focus()
    expect((await more.boundingBox())?.height).toBeGreaterThanOrEqual(44)
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: /^You/ }).waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => more.evaluate((it) => it === document.activeElement)).toBe(true)
  })

  test('the chats are in a sheet, which closes when a chat is chosen', async () => {
    const page = await open()
    await ask(page, 'x')
    await page.getByRole('button', { name: 'Chats' }).tap()
    await page.getByRole('dialog', { name: 'Chats' }).getByRole('link').first().tap()
    await expect.poll(() => page.getByRole('dialog', { name: 'Chats' }).count()).toBe(0)
  })

  test('55: with the keyboard over the page, the field and the end of the answer are above it', async () => {
    const page = await open()
    await ask(page, 'a question')
    // The event of a browser that lays its keyboard over the page.
    await page.evaluate(() => {
      const viewport = window.visualViewport!
      Object.defineProperty(viewport, 'height', { configurable: true, get: () => 544 })
      viewport.dispatchEvent(new Event('resize'))
    })
    const bottomOf = async (element: Locator): Promise<number> => {
      const box = await element.boundingBox()
      return box === null ? Infinity : box.y + box.height
    }
    await expect.poll(() => bottomOf(field(page))).toBeLessThanOrEqual(544)
    await expect.poll(() => bottomOf(lastAnswer(page).locator('.answer'))).toBeLessThan(544)
    expect(await bottomOf(lastAnswer(page).locator('.answer'))).toBeGreaterThan(300)
  })

  test('a swipe from the left edge opens the chats, a swipe back closes them, one from the middle does nothing', async () => {
    const page = await open()
    await ask(page, 'a question')
    const touch = await page.context().newCDPSession(page)
    const swipe = async (from: number, to: number): Promise<void> => {
      const point = (x: number): { touchPoints: { x: number; y: number }[] } => ({
        touchPoints: [{ x, y: 400 }],
      })
      await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', ...point(from) })
      for (let step = 1; step <= 4; step++)
        await touch.send('Input.dispatchTouchEvent', {
          type: 'touchMove',
          ...point(from + ((to - from) * step) / 4),
        })
      await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    }
    const chats = page.getByRole('dialog', { name: 'Chats' })
    await swipe(150, 330)
    expect(await chats.count()).toBe(0)
    await swipe(6, 200)
    await chats.waitFor()
    await swipe(250, 60)
    await expect.poll(() => chats.count()).toBe(0)
  })
})
