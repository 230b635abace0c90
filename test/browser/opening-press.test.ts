import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { CDPSession, Locator, Page } from 'playwright-core'
import { phone, startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'

let it: PageFixture
let page: Page
let touch: CDPSession

beforeAll(async () => {
  it = await startPage({ long: { words: 600 } })
  page = await it.open('/', phone)
  touch = await page.context().newCDPSession(page)
  await page.getByRole('textbox', { name: 'Message' }).fill('a question')
  await page.getByRole('button', { name: 'Send' }).tap()
  await page.locator('[data-message=assistant][data-status=done]').waitFor()
})
afterAll(() => it[Symbol.asyncDispose]())
afterEach(async () => {
  await page.keyboard.press('Escape')
  await expect.poll(() => page.getByRole('dialog').count()).toBe(0)
  expect(it.pageErrors.splice(0)).toEqual([])
})

interface Point {
  x: number
  y: number
}

const putDown = async (...touchPoints: Point[]): Promise<void> => {
  await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints })
}
const lift = async (): Promise<void> => {
  await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
}

/** Scrolls the thread until the last answer is at this height, and presses there until the sheet is open. */
async function restAt(y: number): Promise<{ sheet: Locator; point: Point }> {
  const point = { x: 195, y }
  await page.locator('[data-message]').first().evaluate(placeUnder, y)
  await putDown(point)
  const sheet = page.getByRole('dialog')
  await sheet.waitFor()
  return { sheet, point }
}

/** Places a message at this height, so that the finger presses it whatever the layout puts there. */
function placeUnder(message: Element, y: number): void {
  for (const other of document.querySelectorAll<HTMLElement>('[data-message]')) other.style.cssText = ''
  ;(message as HTMLElement).style.cssText =
    `position: fixed; inset-inline: 0; top: ${y - 40}px; height: 80px; z-index: 10`
}

const messages = (): Promise<number> => page.locator('[data-message]').count()

/** The name of the button at a point of the screen. */
const buttonAt = (point: Point): Promise<string | null> =>
  page.evaluate(({ x, y }) => document.elementFromPoint(x, y)?.closest('button')?.textContent ?? null, point)

/** Waits two frames, after which everything that lifting a finger causes has happened. */
const afterFrames = (): Promise<void> =>
  page.evaluate(
    () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
  )

describe('D6', () => {
  test('D6: lifting the finger presses nothing in the sheet that it opened, and no dangerous action lies under it', async () => {
    for (const y of [580, 640, 690, 750, 790]) {
      const { sheet, point } = await restAt(y)
      await afterFrames()
      expect(await buttonAt(point), `what lies at y ${y}`).not.toBe('Delete')
      await lift()
      await afterFrames()
      expect(await sheet.count(), `the sheet is still open, y ${y}`).toBe(1)
      expect(await sheet.getByRole('button', { name: 'Delete' }).count()).toBe(1)
      expect(await messages(), `no message is deleted, y ${y}`).toBe(2)
      // The next press works at once.
      await sheet.getByRole('button', { name: 'Close' }).tap()
      await expect.poll(() => sheet.count()).toBe(0)
    }
  })

  test('D6: a late click of the opening press is ignored; a key and a new press work', async () => {
    const { sheet, point } = await restAt(500)
    // Simulates a browser that fires a click whatever the page did with the long press.
    const clickOf = (detail: number): Promise<void> =>
      sheet
        .getByRole('button', { name: 'Delete' })
        .evaluate((button, init) => void button.dispatchEvent(new MouseEvent('click', init)), {
          bubbles: true,
          cancelable: true,
          detail,
          clientX: point.x,
          clientY: point.y,
        })
    await clickOf(1)
    await lift()
    await clickOf(1)
    await afterFrames()
    expect([await sheet.count(), await messages()]).toEqual([1, 2])
    await sheet.getByRole('button', { name: 'Close' }).focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => sheet.count()).toBe(0)
  })

  test('D6: a tap next to a sheet closes it and presses nothing on the page behind it', async () => {
    const pressed = page.evaluate(
      () =>
        new Promise<string[]>((done) => {
          const names: string[] = []
          addEventListener('click', (event) => {
            const target = event.target as Element
            names.push(target.closest('dialog') ? 'dialog' : target.tagName)
            setTimeout(() => done(names), 300)
          })
        }),
    )
    const { sheet } = await restAt(300)
    await lift()
    await putDown({ x: 195, y: 60 })
    await lift()
    await expect.poll(() => sheet.count()).toBe(0)
    expect(await pressed).toEqual(['dialog'])

    await page.getByRole('button', { name: 'Chats' }).tap()
    const chats = page.getByRole('dialog', { name: 'Chats' })
    await chats.waitFor()
    const behind = page.locator('[data-message]').first()
    await behind.evaluate((it) => it.addEventListener('click', () => it.setAttribute('data-clicked', '')))
    await behind.evaluate(placeUnder, 400)
    await putDown({ x: 380, y: 400 })
    await lift()
    await expect.poll(() => chats.count()).toBe(0)
    await afterFrames()
    expect(await behind.getAttribute('data-clicked')).toBe(null)
  })
})
