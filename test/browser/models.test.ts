import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Locator, Page } from 'playwright-core'
import type { Script } from '../support/scripted-answer.ts'
import { startScriptedProvider } from '../support/scripted-provider.ts'
import type { ScriptedProvider } from '../support/scripted-provider.ts'
import { phone, startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'
import { chooseModel, lastAnswer, send, waitForAnswer } from './support/page-steps.ts'

const answer: Script = { words: 5 }
/** 310 models at one provider and 7 at another, 317 together. */
const many = Array.from({ length: 310 }, (_, n) => `vendor/model-${n}`)
const few = ['qwen3-70b', 'qwen3-7b', 'qwen3-7', 'llama-3.3', 'gemma3', 'modèle', 'phi4']
const scripts = (names: string[]): Record<string, Script> =>
  Object.fromEntries(names.map((name) => [name, answer]))

let it: PageFixture
let local: ScriptedProvider
const pages: Page[] = []

beforeAll(async () => {
  it = await startPage(scripts(many))
  local = await startScriptedProvider(scripts(few))
  await it.api.call('POST', '/api/connections', { kind: 'openai', name: 'Local', baseUrl: local.v1 })
})
afterAll(async () => {
  await it[Symbol.asyncDispose]()
  await local.close()
})
afterEach(async () => {
  for (const page of pages.splice(0)) await page.context().close()
  expect(it.pageErrors.splice(0)).toEqual([])
})

async function open(path = '/', options: Parameters<PageFixture['open']>[1] = {}): Promise<Page> {
  const page = await it.open(path, options)
  pages.push(page)
  return page
}

const composer = (page: Page): Locator => page.getByRole('textbox', { name: 'Message' })
const picker = (page: Page): Locator => page.getByRole('button', { name: /^Model:/ })
const field = (page: Page): Locator => page.getByRole('dialog').getByRole('combobox')
const options = (page: Page): Locator => page.getByRole('option')

/** The text of the option that a screen reader is told is active. */
async function activeOption(page: Page): Promise<string | undefined> {
  const id = await field(page).getAttribute('aria-activedescendant')
  if (id === null) return undefined
  const active = page.locator(`[id="${id}"]`)
  expect(await active.getAttribute('role')).toBe('option')
  return await active.locator('span').first().innerText()
}

const isFocused = (element: Locator): Promise<boolean> =>
  element.evaluate((it) => document.activeElement === it)

/** Whether the whole element is inside the window. */
async function expectOnScreen(page: Page, element: Locator): Promise<void> {
  const box = await element.boundingBox()
  const { width, height } = page.viewportSize() ?? { width: 0, height: 0 }
  if (!box) throw new Error('the element is not shown')
  expect(Math.min(box.x, box.y)).toBeGreaterThanOrEqual(0)
  expect(box.x + box.width).toBeLessThanOrEqual(width)
  expect(box.y + box.height).toBeLessThanOrEqual(height)
}

describe('the keyboard', () => {
  test('D8, D30: Ctrl-Shift-M opens the list, Enter takes the first hit, and the composer has the focus again', async () => {
    const page = await open()
    await picker(page).getByText('vendor/model-0').waitFor()
    await composer(page).focus()
    for (const [typed, chosen] of [
      ['qwen3-7', 'qwen3-7'],
      ['qwen3 7b', 'qwen3-7b'],
      ['local 33', 'llama-3.3'],
      ['modele', 'modèle'],
      ['VENDOR 309', 'vendor/model-309'],
    ] as const) {
      await page.keyboard.press('Control+Shift+M')
      await field(page).waitFor()
      await page.keyboard.type(typed)
      expect(await activeOption(page)).toBe(chosen)
      await page.keyboard.press('Enter')
      await field(page).waitFor({ state: 'detached' })
      await picker(page).getByText(chosen, { exact: true }).waitFor()
      expect(await isFocused(composer(page))).toBe(true)
    }
  })

  test('D8: Escape closes the list, chooses nothing, and returns the focus', async () => {
    const page = await open()
    await picker(page).getByText('vendor/model-0').waitFor()
    await composer(page).focus()
    await page.keyboard.press('Control+Shift+M')
    await field(page).fill('gemma')
    await page.keyboard.press('Escape')
    await field(page).waitFor({ state: 'detached' })
    expect(await isFocused(composer(page))).toBe(true)
    // With a mouse, the user most likely goes on to write.
    await picker(page).click()
    await field(page).waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => isFocused(composer(page))).toBe(true)
    // Whoever has walked to the button with the keyboard stays there.
    await picker(page).press('Enter')
    await field(page).waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(() => isFocused(picker(page))).toBe(true)
    expect(await picker(page).innerText()).toBe('vendor/model-0')
  })

  test('D8: arrows, Home, End and the page keys move the active option, which is announced and in sight', async () => {
    const page = await open()
    await picker(page).press('Enter')
    await field(page).fill('local')
    await expect.poll(() => options(page).count()).toBe(7)
    expect(await activeOption(page)).toBe('qwen3-70b')
    const steps = [
      ['ArrowDown', 'qwen3-7b'],
      ['ArrowUp', 'qwen3-70b'],
      ['ArrowUp', 'phi4'],
      ['ArrowDown', 'qwen3-70b'],
      ['End', 'phi4'],
      ['Home', 'qwen3-70b'],
      ['PageDown', 'phi4'],
    ] as const
    for (const [key, name] of steps) {
      await page.keyboard.press(key)
      expect(await activeOption(page), key).toBe(name)
    }
    expect(await isFocused(field(page))).toBe(true)
    await page.getByRole('status').getByText('7 models').waitFor()
    await field(page).fill('')
    await page.keyboard.press('End')
    await expectOnScreen(page, options(page).last())
  })
})

describe('317 models', () => {
  test('D8: 100 are shown and the others counted; the id of any finds it; no hit is a sentence', async () => {
    const page = await open()
    await picker(page).click()
    await page.getByText('217 more.').waitFor()
    expect(await options(page).count()).toBe(100)
    await field(page).fill('vendor/model-309')
    await expect.poll(() => options(page).count()).toBe(1)
    await field(page).fill('nothing like this')
    await page.getByText('No models match your search.').waitFor()
    expect(await options(page).count()).toBe(0)
    await page.getByRole('status').getByText('No models').waitFor()
  })

  test('D8: the hits are grouped by connection, and models that were used are on top the next time', async () => {
    const page = await open()
    await chooseModel(page, 'vendor/model-42')
    await send(page, 'Remember this model')
    await waitForAnswer(page)
    await page.goto(it.url)
    await picker(page).click()
    const recent = page.getByRole('group', { name: 'Recent' })
    await recent.getByRole('option', { name: 'vendor/model-42' }).waitFor()
    await field(page).fill('qwen3')
    await page.getByRole('group', { name: 'Local' }).getByRole('option', { name: 'qwen3-70b' }).waitFor()
    expect(await recent.count()).toBe(0)
  })
})

test('D8: a list whose code arrives late opens then, but not if the user has gone on', async () => {
  const page = await open()
  let release = (): void => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  await page.route('**/model-combobox*.js', async (route) => {
    await held
    await route.continue()
  })
  await picker(page).getByText('vendor/model-0').waitFor()
  await picker(page).press('Enter')
  await expect.poll(() => picker(page).getAttribute('aria-busy')).toBe('true')
  await composer(page).focus()
  await expect.poll(() => picker(page).getAttribute('aria-busy')).toBe(null)
  await picker(page).press('Enter')
  release()
  await field(page).waitFor()
  expect(await isFocused(field(page))).toBe(true)
})

test('D8: on a phone the list is a sheet at the bottom, and a tap chooses', async () => {
  const page = await open('/', phone)
  await picker(page).tap()
  const sheet = page.getByRole('dialog', { name: 'Model' })
  await sheet.getByRole('option').first().waitFor()
  await page.evaluate(() => Promise.all(document.getAnimations().map((it) => it.finished)))
  const box = await sheet.boundingBox()
  expect(box).toMatchObject({ x: 0, width: 390 })
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBeCloseTo(844, 0)
  // The on-screen keyboard would cover the list, so the field waits for a tap.
  expect(await isFocused(field(page))).toBe(false)
  await field(page).fill('gemma')
  await options(page).first().tap()
  await sheet.waitFor({ state: 'detached' })
  await picker(page).getByText('gemma3').waitFor()
  await picker(page).tap()
  await sheet.getByRole('button', { name: 'Close' }).tap()
  await sheet.waitFor({ state: 'detached' })
})

describe('another answer', () => {
  test('D9: a plain press regenerates, and the list of other models stays on the screen', async () => {
    const page = await open()
    await chooseModel(page, 'vendor/model-7')
    await send(page, 'A question')
    await waitForAnswer(page)
    await page.getByRole('button', { name: 'Regenerate', exact: true }).click()
    await lastAnswer(page).getByText('2/2').waitFor()
    await waitForAnswer(page)
    expect(await isFocused(composer(page))).toBe(true)
    await page.getByRole('button', { name: 'Regenerate with another model' }).click()
    const list = page.getByRole('dialog', { name: 'Regenerate with another model' })
    await list.getByRole('option').first().waitFor()
    await expectOnScreen(page, list)
    await page.keyboard.type('phi4')
    await page.keyboard.press('Enter')
    await lastAnswer(page).getByText('3/3').waitFor()
    await waitForAnswer(page)
    await page.getByRole('article', { name: /^Answer from phi4/ }).waitFor()
    expect(await isFocused(composer(page))).toBe(true)
  })

  test('D9: on a phone the same list opens from the sheet of a message', async () => {
    const page = await open('/', phone)
    await composer(page).fill('A question')
    await page.getByRole('button', { name: 'Send' }).tap()
    await waitForAnswer(page)
    await lastAnswer(page).getByRole('button', { name: 'Message actions' }).press('Enter')
    const actions = page.getByRole('dialog', { name: /^Answer from/ })
    await actions.getByRole('button', { name: 'Regenerate with another model' }).tap()
    await field(page).fill('phi4')
    await options(page).first().tap()
    await page.getByRole('article', { name: /^Answer from phi4/ }).waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
  })
})

test('D8: the model for new chats is chosen in the same list; a model that is gone is named', async () => {
  const page = await open('/account')
  const setting = page.getByRole('button', { name: 'Model for new chats' })
  const stored = (): Promise<string | null> =>
    it.api
      .call<{ defaultModel: string | null }>('GET', '/api/account/preferences')
      .then(({ defaultModel }) => defaultModel)
  await setting.getByText('Last used model').waitFor()
  await setting.press('Enter')
  await field(page).fill('gemma')
  await page.keyboard.press('Enter')
  await setting.getByText('gemma3').waitFor()
  await expect.poll(stored).toBe('gemma3')
  expect(await isFocused(setting)).toBe(true)
  await setting.press('Enter')
  await field(page).fill('last used')
  await page.keyboard.press('Enter')
  await setting.getByText('Last used model').waitFor()
  await expect.poll(stored).toBe(null)
  await it.api.call('PUT', '/api/account/preferences', { defaultModel: 'gone' })
  await setting.getByText('gone').waitFor()
  await page.getByText('This model isn’t available now.').waitFor()
  await it.api.call('PUT', '/api/account/preferences', { defaultModel: null })
})

test('D25: a test of a connection shows its new models in every open list', async () => {
  const page = await open()
  await picker(page).click()
  await field(page).fill('brand new')
  await page.getByText('No models match your search.').waitFor()
  local.scripts['brand-new'] = answer
  const admin = await open('/connections')
  await admin
    .getByRole('listitem')
    .filter({ hasText: 'Local' })
    .getByRole('button', { name: 'Test connection' })
    .click()
  // The list is still open, and nobody presses a key.
  await options(page).filter({ hasText: 'brand-new' }).waitFor({ timeout: 5000 })
})
