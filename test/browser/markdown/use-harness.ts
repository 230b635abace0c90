import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import type { Harness } from './harness/harness.tsx'
import { startHarness } from './harness-page.ts'
import type { HarnessPage } from './harness-page.ts'

export interface Harnesses {
  open: (options?: BrowserContextOptions) => Promise<Page>
  origin: () => string
  /** The errors of this test’s pages. A test that provokes errors removes them. */
  errors: string[]
}

/** The harness for the tests of one file. Every page is closed after its test, which fails if the page had errors. */
export function useHarness(): Harnesses {
  let harnessPage: HarnessPage | undefined
  const pages: Page[] = []
  const errors: string[] = []
  beforeAll(async () => {
    harnessPage = await startHarness()
  })
  afterAll(() => harnessPage?.close())
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.context().close()
    expect(errors.splice(0)).toEqual([])
  })
  return {
    errors,
    origin: () => harnessPage!.origin,
    async open(options = {}) {
      const page = await harnessPage!.open(options)
      pages.push(page)
      page.on('pageerror', (error) => errors.push(error.message))
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text())
      })
      return page
    },
  }
}

/** Waits until colours and formulas are shown and nothing changes any more. */
export async function waitUntilStill(page: Page): Promise<string> {
  let before = ''
  await expect
    .poll(
      async () => {
        const now = await page.locator('.md').last().innerHTML()
        const same = now === before
        before = now
        return same
      },
      { interval: 250, timeout: 15_000 },
    )
    .toBe(true)
  return before
}

export async function showAtOnce(page: Page, text: string): Promise<string> {
  await page.evaluate((source) => harness.show(source), text)
  return waitUntilStill(page)
}

export async function showGrowing(page: Page, text: string, steps: readonly number[]): Promise<string> {
  await page.evaluate(
    ([source, sizes]) => {
      harness.show('')
      let end = 0
      for (let at = 0; end < source.length; at++) {
        end += sizes[at % sizes.length] ?? 1
        harness.grow(source.slice(0, end), true)
      }
      harness.grow(source, false)
    },
    [text, steps] as const,
  )
  return waitUntilStill(page)
}

declare global {
  var harness: Harness
}
