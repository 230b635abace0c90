import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Locator, Page } from 'playwright-core'
import { phone, startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'

let it: PageFixture
beforeAll(async () => {
  it = await startPage({ short: { words: 5 } })
  await it.api.startRun({ model: 'short', text: 'Tides' })
}, 60_000)
afterAll(async () => {
  await it[Symbol.asyncDispose]()
  expect(it.pageErrors).toEqual([])
})

const styleOf = (part: Locator): Promise<string[]> =>
  part.evaluate((element) => {
    const { backgroundColor, outlineStyle } = getComputedStyle(element)
    return [backgroundColor, outlineStyle]
  })

test('D17: in forced colors, a switch shows whether it is on, and the open chat and a new answer are marked', async () => {
  const page = await it.open('/settings', { forcedColors: 'active' })
  const toggle = page.getByRole('switch').first()
  await toggle.waitFor()
  const track = toggle.locator('> span')
  const knob = track.locator('> span')
  const one = [await styleOf(track), await styleOf(knob)]
  expect(one[0]).not.toEqual(one[1])
  await toggle.click()
  await expect.poll(async () => [await styleOf(track), await styleOf(knob)]).not.toEqual(one)
  const other = [await styleOf(track), await styleOf(knob)]
  expect(other[0]).not.toEqual(other[1])
  await page.goto(it.url)
  const link = page.getByRole('link', { name: 'Tides' })
  await link.waitFor()
  const dot = link.getByTitle('New answer')
  const [dotColor] = await styleOf(dot)
  expect(dotColor).not.toBe((await styleOf(page.locator('html')))[0])
  expect((await styleOf(link))[1]).toBe('none')
  await link.click()
  await page.waitForURL(/\/c\//)
  await expect.poll(async () => (await styleOf(link))[1]).toBe('solid')
  await page.context().close()
})

test('D29: the archive has a heading', async () => {
  const page = await it.open('/')
  const heading = page.getByRole('heading', { name: 'Archived chats' })
  await page.getByRole('link', { name: 'Tides' }).waitFor()
  expect(await heading.count()).toBe(0)
  await page.getByRole('button', { name: 'Archived chats' }).click()
  await heading.waitFor()
  await page.context().close()
})

test('D29: saved settings are applied at once, and the page says so', async () => {
  const page = await it.open('/settings')
  const status = page.getByRole('status').filter({ hasText: /appl/i })
  await expect.poll(() => page.getByRole('status').allTextContents()).toContain('Applied')
  const texts: (string | null)[] = []
  await page.getByRole('switch').first().click()
  await page.getByRole('button', { name: 'Save settings' }).click()
  await expect.poll(() => page.getByRole('button', { name: 'Discard changes' }).count()).toBe(0)
  for (let look = 0; look < 20; look++) {
    texts.push(await status.textContent())
    await page.waitForTimeout(25)
  }
  expect([...new Set(texts)]).toEqual(['Applied'])
  await page.context().close()
})

test('D29: the home page shows suggestions only when the models are known', async () => {
  const page = await it.open('/account')
  let answer = (): void => {}
  const held = new Promise<void>((resolve) => (answer = resolve))
  await page.route('**/api/models', async (route) => {
    await held
    await route.continue()
  })
  await page.goto(it.url)
  await page.getByRole('heading', { name: /How can I help/ }).waitFor()
  const suggestions = page.getByRole('list', { name: 'Suggestions' })
  await page.waitForTimeout(300)
  expect(await suggestions.count()).toBe(0)
  answer()
  await suggestions.getByText('Draft a text').waitFor()
  await page.context().close()
})

const placeOf = async (
  page: Page,
  part: Locator,
): Promise<{ left: number; right: number; below: number }> => {
  const box = (await part.boundingBox())!
  const { width, height } = page.viewportSize()!
  return { left: box.x, right: width - box.x - box.width, below: height - box.y - box.height }
}

test('D29: on a phone, a menu is a sheet at the bottom of the screen', async () => {
  const page = await it.open('/', phone)
  await page.getByRole('button', { name: 'Chats', exact: true }).click()
  await page.getByRole('button', { name: /Ada/ }).click()
  const menu = page.getByRole('menu')
  await menu.waitFor()
  expect(await placeOf(page, menu)).toEqual({ left: 0, right: 0, below: 0 })
  await page.keyboard.press('Escape')
  await menu.waitFor({ state: 'hidden' })
  await page.context().close()
})

test('D29: a long message scrolls between the edges of the field, and the highest field shows whole lines', async () => {
  const page = await it.open('/')
  const field = page.getByRole('textbox', { name: 'Message' })
  await field.fill('One line')
  const low = (await field.boundingBox())!.height
  await field.fill(Array.from({ length: 24 }, (_, index) => `Line ${index + 1}`).join('\n'))
  const shown = await field.evaluate((element) => {
    const style = getComputedStyle(element)
    const lines = element.clientHeight / Number.parseFloat(style.lineHeight)
    return { lines, padding: style.paddingBlock, top: element.clientTop, scrolls: element.scrollHeight }
  })
  expect(low).toBeCloseTo(40, 0)
  expect(shown.lines).toBeGreaterThan(10)
  expect(Math.abs(shown.lines - Math.round(shown.lines))).toBeLessThan(0.05)
  expect(shown.padding).toBe('0px')
  expect(shown.top).toBeGreaterThanOrEqual(6)
  await page.context().close()
})

test('D29: on a phone, the button of the model reacts to touches on 44 px', async () => {
  const page = await it.open('/', phone)
  const button = page.getByRole('button', { name: /^Model:/ })
  await button.waitFor()
  const reacting = await button.evaluate((element) => {
    const box = element.getBoundingClientRect()
    const [x, middle] = [box.x + box.width / 2, box.y + box.height / 2]
    return [-21, 0, 21].map((offset) =>
      element.contains(element.ownerDocument.elementFromPoint(x, middle + offset)),
    )
  })
  expect(reacting).toEqual([true, true, true])
  await page.context().close()
})

test('D29: on a phone, the row of an account that waits for approval has its controls in one line', async () => {
  await it.api.call('PUT', '/api/settings', {
    basedOn: (await it.api.call<{ revision: string }>('GET', '/api/settings')).revision,
    values: { signUp: true, defaultRole: 'pending' },
  })
  const page = await it.open('/users', phone)
  const grace = { name: 'Grace', email: 'grace.hopper@example.org', password: 'correct horse' }
  await it.api.call('POST', '/api/auth/sign-up', grace)
  await page.reload()
  await page.getByRole('button', { name: 'Approve' }).waitFor()
  const approve = await page.getByRole('button', { name: 'Approve' }).boundingBox()
  const options = await page.getByRole('button', { name: 'Options for Grace' }).boundingBox()
  expect(Math.abs(approve!.y + approve!.height / 2 - options!.y - options!.height / 2)).toBeLessThan(2)
  await page.context().close()
})
