import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** The last answer on the page. */
export function lastAnswer(page: Page): ReturnType<Page['locator']> {
  return page.locator('[data-message="assistant"]').last()
}

/** Chooses the model that answers next. */
export async function chooseModel(page: Page, model: string): Promise<void> {
  await page.getByRole('button', { name: /^Model:/ }).click()
  await page.getByRole('option', { name: model, exact: true }).click()
}

export async function send(page: Page, text: string): Promise<void> {
  const field = page.getByRole('textbox', { name: 'Message' })
  await field.fill(text)
  // On touch screens, Enter begins a new line.
  const isTouch = await page.evaluate("matchMedia('(pointer: coarse)').matches")
  if (isTouch) await page.getByRole('button', { name: 'Send', exact: true }).click()
  else await field.press('Enter')
}

/** Waits until the last answer has this status. */
export async function waitForAnswer(page: Page, status = 'done'): Promise<void> {
  await expect.poll(() => lastAnswer(page).getAttribute('data-status'), { timeout: 30_000 }).toBe(status)
}

/** Sends a message and measures, in ms of the page’s clock, how long after the key press it was shown. */
export async function sendAndTime(page: Page, text: string): Promise<number> {
  await page.evaluate(`
    globalThis.ownWords = new Promise((resolve) => {
      let pressed
      addEventListener('keydown', (event) => (pressed ??= event.key === 'Enter' ? event.timeStamp : undefined), true)
      new MutationObserver((_, observer) => {
        const last = [...document.querySelectorAll('[data-message=user]')].at(-1)
        if (!last?.textContent.includes(${JSON.stringify(text)})) return
        observer.disconnect()
        requestAnimationFrame(() => resolve(performance.now() - pressed))
      }).observe(document.body, { subtree: true, childList: true })
    })
    undefined
  `)
  await send(page, text)
  return Number(await page.evaluate('globalThis.ownWords'))
}
