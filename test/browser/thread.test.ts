import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import type { ChatView } from '../../protocol/index.ts'
import { benchSource } from '../support/bench-source.ts'
import { startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'
import { chooseModel, lastAnswer, send, waitForAnswer } from './support/page-steps.ts'

let it: PageFixture
const pages: Page[] = []

beforeAll(async () => {
  it = await startPage({
    fast: { words: 200 },
    ends: { words: [] },
    slow: { words: 300, wordsPerSecond: 60 },
    long: { words: 600, wordsPerSecond: 60 },
    late: { words: 20, firstWordMs: 2500 },
    fails: {
      refuse: { status: 429, headers: { 'retry-after': '7' }, body: { error: { message: 'Slow down.' } } },
    },
    rich: { words: benchSource.split(/(?<=\s)/), wordsPerSecond: 150, reasoning: ['Let me ', 'think.'] },
    thinks: { words: 40, wordsPerSecond: 40, reasoning: ['Let me ', 'think of it.'] },
  })
})
afterAll(() => it[Symbol.asyncDispose]())
afterEach(async () => {
  for (const page of pages.splice(0)) await page.context().close()
  expect(it.pageErrors.splice(0)).toEqual([])
})

async function open(
  model: string,
  path = '/',
  options: Parameters<PageFixture['open']>[1] = {},
): Promise<Page> {
  const page = await it.open(path, options)
  pages.push(page)
  await chooseModel(page, model)
  return page
}

const field = (page: Page): ReturnType<Page['getByRole']> => page.getByRole('textbox', { name: 'Message' })
const shownText = (page: Page): Promise<string> => lastAnswer(page).locator('.answer > .md').innerText()

async function stored(page: Page): Promise<ChatView> {
  return await it.api.chat(page.url().split('/').at(-1) ?? '')
}

describe('branches, deleting', () => {
  test('30, 31: an edited question and another answer are branches, reached by ‹ 1/2 ›', async () => {
    const page = await open('fast')
    await send(page, 'Original')
    await waitForAnswer(page)
    await page.getByRole('button', { name: 'Regenerate', exact: true }).click()
    await lastAnswer(page).getByText('2/2').waitFor()
    await page.getByRole('button', { name: 'Previous version' }).click()
    await lastAnswer(page).getByText('1/2').waitFor()

    await page.getByRole('article', { name: /^You/ }).hover()
    await page.getByRole('button', { name: 'Edit' }).click()
    await page.getByRole('textbox', { name: 'Edit your message' }).fill('Changed')
    await page.keyboard.press('Enter')
    await page.getByRole('article', { name: /^You/ }).getByText('Changed').waitFor()
    await waitForAnswer(page)
    await page.reload()
    await page.getByRole('article', { name: /^You/ }).getByText('Changed').waitFor()
    await page.getByRole('article', { name: /^You/ }).hover()
    await page.getByRole('button', { name: 'Previous version' }).first().click()
    await page.getByRole('article', { name: /^You/ }).getByText('Original').waitFor()
    expect((await stored(page)).messages).toHaveLength(5)
  })

  test('29: ArrowUp in the empty field edits the last question, Escape leaves it as it was', async () => {
    const page = await open('fast')
    await send(page, 'Mine')
    await waitForAnswer(page)
    await field(page).press('ArrowUp')
    const editor = page.getByRole('textbox', { name: 'Edit your message' })
    await editor.fill('not this')
    await editor.press('Escape')
    await page.getByRole('article', { name: /^You/ }).getByText('Mine').waitFor()
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Message')
  })

  test('33: deleting says what else is deleted, and can be undone', async () => {
    const page = await open('fast')
    await send(page, 'Keep me')
    await waitForAnswer(page)
    await page.getByRole('article', { name: /^You/ }).hover()
    await page.getByRole('article', { name: /^You/ }).getByRole('button', { name: 'Delete' }).click()
    await page.getByText('Message deleted, and 1 more that followed it').waitFor()
    expect(await page.locator('[data-message]').count()).toBe(0)
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => page.locator('[data-message]').count()).toBe(2)
  })
})

describe('reading', () => {
  test.runIf(process.env['SHOAL_TEST_ALL'] === '1')(
    '12: the end is visible in every frame, over reasoning, code, tables and formulas',
    async () => {
      const page = await open('rich', '/', { viewport: { width: 900, height: 500 } })
      await send(page, 'Everything')
      await page.evaluate(() => {
        const distances: number[] = []
        Object.assign(window, { distances })
        const recordFrame = (): void => {
          requestAnimationFrame(() => {
            // Runs after the frame was painted.
            const painted = new MessageChannel()
            painted.port1.onmessage = () => {
              const box = document.querySelector('[data-thread]')
              if (box) distances.push(box.scrollHeight - box.clientHeight - box.scrollTop)
              recordFrame()
            }
            painted.port2.postMessage(null)
          })
        }
        recordFrame()
      })
      await waitForAnswer(page)
      const distances = await page.evaluate(() => (window as unknown as { distances: number[] }).distances)
      const away = distances.filter((distance) => distance > 4)
      console.log(
        `behaviour 12: ${away.length} of ${distances.length} frames away from the end, ${Math.max(0, ...away)} px at most`,
      )
      expect(distances.length).toBeGreaterThan(20)
      expect(away.length).toBeLessThanOrEqual(distances.length / 100)
    },
  )

  test('12–15, 17: the end is followed until the user scrolls up; then nothing moves, and a button leads back', async () => {
    const page = await open('long', '/', { viewport: { width: 900, height: 500 } })
    await send(page, 'Much')
    await expect.poll(async () => (await shownText(page)).length, { timeout: 15_000 }).toBeGreaterThan(900)
    const scroller = page.locator('[data-thread]')
    const distance = (): Promise<number> =>
      scroller.evaluate((box) => box.scrollHeight - box.clientHeight - box.scrollTop)
    expect(await distance()).toBeLessThanOrEqual(4)
    await scroller.hover()
    await page.mouse.wheel(0, -120)
    await page.getByRole('button', { name: /^Jump to/ }).waitFor()
    // Wheel steps are animated; only movement after the animation counts.
    await expect
      .poll(async () => {
        const first = await scroller.evaluate((box) => box.scrollTop)
        await page.evaluate(
          () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
        )
        return (await scroller.evaluate((box) => box.scrollTop)) - first
      })
      .toBe(0)
    const at = await scroller.evaluate((box) => box.scrollTop)
    await waitForAnswer(page)
    expect(Math.abs((await scroller.evaluate((box) => box.scrollTop)) - at)).toBeLessThanOrEqual(1)
    await page.getByRole('button', { name: 'Jump to latest' }).click()
    await expect.poll(distance).toBeLessThanOrEqual(2)
    await scroller.hover()
    await page.mouse.wheel(0, -300)
    await page.getByRole('button', { name: /^Jump to/ }).waitFor()
    await chooseModel(page, 'fast')
    await send(page, 'Seen at once')
    await expect.poll(distance).toBeLessThanOrEqual(4)
  })

  test('12: scrolling up in the same frame in which the page follows the end is not undone', async () => {
    const page = await open('long', '/', { viewport: { width: 900, height: 500 } })
    await send(page, 'Much')
    await expect.poll(async () => (await shownText(page)).length, { timeout: 15_000 }).toBeGreaterThan(900)
    // The scroll event of the page’s own scrolling is pending when the wheel turns.
    await page.locator('[data-thread]').evaluate((box) => {
      const turn = (): void => void box.dispatchEvent(new WheelEvent('wheel', { deltaY: -1 }))
      addEventListener('scroll', turn, { capture: true, once: true })
    })
    await page.getByRole('button', { name: 'Jump to latest' }).waitFor()
    const shown = (await shownText(page)).length
    await expect.poll(async () => (await shownText(page)).length).toBeGreaterThan(shown + 200)
    expect(await page.getByRole('button', { name: 'Jump to latest' }).count()).toBe(1)
    await page.getByRole('button', { name: 'Stop' }).click()
  })

  test('D13: one notch of the wheel before the answer overflows is not undone when it does', async () => {
    const page = await open('long', '/', { viewport: { width: 900, height: 600 } })
    const scroller = page.locator('[data-thread]')
    await send(page, 'Much')
    await expect.poll(async () => (await shownText(page)).length, { timeout: 15_000 }).toBeGreaterThan(50)
    expect(await scroller.evaluate((box) => box.scrollHeight - box.clientHeight)).toBe(0)
    await scroller.hover()
    await page.mouse.wheel(0, -100)
    await page.getByRole('button', { name: 'Jump to latest' }).waitFor({ timeout: 15_000 })
    const shown = (await shownText(page)).length
    await expect.poll(async () => (await shownText(page)).length).toBeGreaterThan(shown + 200)
    expect(await scroller.evaluate((box) => box.scrollTop)).toBe(0)
    await page.getByRole('button', { name: 'Stop' }).click()
  })

  test('D13: after a jump to the top, editing the question does not scroll', async () => {
    const page = await open('long', '/', { viewport: { width: 900, height: 500 } })
    await send(page, 'Edit me')
    await waitForAnswer(page)
    const scroller = page.locator('[data-thread]')
    await expect.poll(() => scroller.evaluate((box) => box.scrollTop)).toBeGreaterThan(500)
    await scroller.evaluate((box) => (box.scrollTop = 0))
    await page.getByRole('button', { name: /^Jump to/ }).waitFor()
    await page.getByRole('article', { name: /^You/ }).hover()
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    await page.getByRole('textbox', { name: 'Edit your message' }).waitFor()
    expect(await scroller.evaluate((box) => box.scrollTop)).toBeLessThan(50)
  })

  test('50: start and end of an answer are announced once each, its text never', async () => {
    const page = await open('slow')
    await page.evaluate(() => {
      const said: string[] = []
      Object.assign(window, { said })
      new MutationObserver((changes) => {
        for (const { target } of changes) {
          const element = target instanceof Element ? target : target.parentElement
          const region = element?.closest('output, [role=status], [role=alert], [aria-live]')
          if (region && region.getAttribute('aria-live') !== 'off' && region.textContent)
            said.push(region.textContent)
        }
      }).observe(document.body, { subtree: true, childList: true, characterData: true })
    })
    await send(page, 'Quietly')
    await waitForAnswer(page)
    await expect
      .poll(() => page.evaluate(() => (window as unknown as { said: string[] }).said))
      .toEqual(['Answering…', 'Answer complete'])
  })

  test('the list marks running and new answers', async () => {
    const page = await open('slow')
    await send(page, 'Marked')
    await page.getByRole('link', { name: 'Marked An answer is being written' }).waitFor()
    await page.getByRole('button', { name: 'New chat' }).first().click()
    await page.getByRole('link', { name: 'Marked New answer' }).waitFor({ timeout: 20_000 })
    await page
      .getByRole('link', { name: /Marked/ })
      .first()
      .click()
    await expect
      .poll(() =>
        page
          .getByRole('link', { name: /Marked/ })
          .first()
          .getByRole('img')
          .count(),
      )
      .toBe(0)
  })
})

test('C8, C9: an empty answer is reported with a retry; an answer that a limit cut off says so and can be continued', async () => {
  const page = await open('ends')
  await send(page, 'First')
  await lastAnswer(page).getByText('The model sent an empty answer.').waitFor()
  await waitForAnswer(page, 'failed')
  const halves = ['The first half ', 'and the second half.']
  it.provider.scripts.ends = { words: halves, finish: 'length' }
  await lastAnswer(page).getByRole('button', { name: 'Try again' }).click()
  const line = lastAnswer(page).getByText('The answer reached the length limit')
  await line.waitFor()
  await page.reload()
  await line.waitFor()
  it.provider.scripts.ends = { words: [...halves, ' And the end.'] }
  await line.locator('..').getByRole('button', { name: 'Continue' }).click()
  await lastAnswer(page).getByText('And the end.').waitFor()
  await waitForAnswer(page)
  await line.waitFor({ state: 'detached' })
})
