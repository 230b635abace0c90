import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'

const turns = 90
let it: PageFixture
let path: string
let otherPath: string
let early: string

beforeAll(async () => {
  it = await startPage({ fast: { words: 60 }, long: { words: 900 } })
  let parentId: string | null = null
  let chatId: string | undefined
  for (let turn = 0; turn < turns; turn++) {
    const run = await it.api.startRun({
      model: 'fast',
      text: `Question ${turn}`,
      parentId,
      ...(chatId === undefined ? {} : { chatId }),
    })
    chatId = run.chatId
    parentId = run.messageId
    if (turn === 5) early = run.messageId
    while ((await it.api.call<{ items: unknown[] }>('GET', '/api/runs')).items.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  path = `/c/${chatId}`
  otherPath = `/c/${(await it.api.startRun({ model: 'long', text: 'Another chat' })).chatId}`
}, 120_000)
afterAll(async () => {
  await it[Symbol.asyncDispose]()
  expect(it.pageErrors).toEqual([])
})

const thread = (page: Page): ReturnType<Page['locator']> => page.locator('[data-thread]')
const distance = (page: Page): Promise<number> =>
  thread(page).evaluate((box) => box.scrollHeight - box.clientHeight - box.scrollTop)
const mounted = (page: Page): Promise<number> => page.locator('[data-message]').count()

/** The message at the top edge, and how far its top is above the edge. */
function topMessage(page: Page): Promise<{ id: string; offset: number }> {
  return thread(page).evaluate((box) => {
    const edge = box.getBoundingClientRect().top
    const first = [...box.querySelectorAll('article')].find((it) => it.getBoundingClientRect().bottom > edge)!
    return { id: first.id, offset: edge - first.getBoundingClientRect().top }
  })
}

describe(`a chat of ${turns * 2} messages`, () => {
  test('11: opens at its end, with a part of its messages on the page', async () => {
    const page = await it.open(path)
    await page.getByText(`Question ${turns - 1}`).waitFor()
    await expect.poll(() => distance(page), { timeout: 5000 }).toBeLessThanOrEqual(2)
    const shown = await mounted(page)
    console.log(`behaviour 11: ${shown} of ${turns * 2} messages on the page`)
    expect(shown).toBeLessThan(turns * 2)
    await page.context().close()
  })

  test.each([
    ['that anchors by itself', 'auto'],
    ['that does not', 'none'],
  ])('16: older messages come above the top edge without moving it, in a browser %s', async (_, anchor) => {
    const page = await it.open(path)
    await page.addStyleTag({ content: `[data-thread] { overflow-anchor: ${anchor} }` })
    await page.getByText(`Question ${turns - 1}`).waitFor()
    await expect.poll(() => distance(page), { timeout: 5000 }).toBeLessThanOrEqual(2)
    let worst = 0
    while ((await page.getByText(/^[\d,]+ earlier messages?$/).count()) > 0) {
      const moved = await thread(page).evaluate(async (box) => {
        const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve))
        const count = box.querySelectorAll('article').length
        box.dispatchEvent(new WheelEvent('wheel', { deltaY: -1 }))
        box.scrollTop = 900
        const edge = box.getBoundingClientRect().top
        const first = [...box.querySelectorAll('article')].find(
          (it) => it.getBoundingClientRect().bottom > edge,
        )!
        const before = first.getBoundingClientRect().top
        while (box.querySelectorAll('article').length === count) await frame()
        await frame()
        return Math.abs(first.getBoundingClientRect().top - before)
      })
      worst = Math.max(worst, moved)
    }
    console.log(`behaviour 16: the top edge moved by ${worst} px at most`)
    expect(worst).toBeLessThanOrEqual(2)
    expect(await mounted(page)).toBe(turns * 2)
    await page.context().close()
  })

  test('18: returning to a chat restores the scroll position', async () => {
    const page = await it.open(path)
    await page.getByText(`Question ${turns - 1}`).waitFor()
    await expect.poll(() => distance(page), { timeout: 5000 }).toBeLessThanOrEqual(2)
    await thread(page).hover()
    await page.mouse.wheel(0, -900)
    await page.getByRole('button', { name: 'Jump to end' }).waitFor()
    await page.waitForTimeout(300)
    const before = await topMessage(page)
    await page.getByRole('link', { name: 'Another chat' }).first().click()
    await page.getByRole('heading', { name: 'Another chat' }).waitFor()
    await page
      .getByRole('link', { name: /Question 0/ })
      .first()
      .click()
    await page.getByRole('heading', { name: /Question 0/ }).waitFor()
    await expect.poll(() => topMessage(page).then(({ id }) => id), { timeout: 5000 }).toBe(before.id)
    const moved = Math.abs((await topMessage(page)).offset - before.offset)
    console.log(`behaviour 18: returned within ${moved} px`)
    expect(moved).toBeLessThanOrEqual(4)
    await page.context().close()
  })

  test('19: a link to a message goes to it and marks it, though it was not on the page', async () => {
    const page = await it.open(`${path}#m-${early}`)
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.id), { timeout: 5000 })
      .toBe(`m-${early}`)
    const top = await page.locator(`#m-${early}`).evaluate((article) => article.getBoundingClientRect().top)
    expect(top).toBeGreaterThan(0)
    expect(top).toBeLessThan(200)
    await page.context().close()
  })

  test('a chat with a long answer opens at its end', async () => {
    const page = await it.open(otherPath)
    await page.locator('[data-message="assistant"] .md p').first().waitFor()
    await expect.poll(() => distance(page), { timeout: 5000 }).toBeLessThanOrEqual(2)
    await page.context().close()
  })
})
