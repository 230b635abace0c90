import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** The text of the last answer on the page, as its reader sees it. */
export function lastAnswer(page: Page): ReturnType<Page['locator']> {
  return page.locator('[data-message="assistant"]').last()
}

export async function send(page: Page, text: string): Promise<void> {
  const field = page.getByRole('textbox', { name: 'Message' })
  await field.fill(text)
  await field.press('Enter')
}

/** Waits until the last answer has ended as `status` says. */
export async function answered(page: Page, status = 'done'): Promise<void> {
  await expect.poll(() => lastAnswer(page).getAttribute('data-status'), { timeout: 30_000 }).toBe(status)
}
