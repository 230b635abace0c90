import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'
import { chooseModel, lastAnswer, send, waitForAnswer } from './support/page-steps.ts'

let it: PageFixture
const pages: Page[] = []

beforeAll(async () => {
  it = await startPage({
    fast: { words: 200 },
    wide: {
      words: [`Before\n\n\`\`\`js\n${'word '.repeat(40)}\n\`\`\`\n\n\`\`\`py\nshort\n\`\`\`\n`],
    },
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

const code = Array.from({ length: 60 }, (_, index) => `line ${index + 1}`).join('\n')

test('D14: sixty lines of fenced code in a question are a code block, folded to twelve lines', async () => {
  const page = await open('fast')
  await send(page, `Why?\n\`\`\`js\n${code}\n\`\`\`\nThanks`)
  await waitForAnswer(page)
  const question = page.getByRole('article', { name: /^You/ })
  const block = question.getByRole('figure', { name: 'Code, JavaScript' })
  expect((await block.boundingBox())?.height).toBeLessThan(360)
  expect(await question.innerText()).not.toContain('```')
  expect(await question.innerText()).toContain('Why?')
  expect(await question.innerText()).toContain('Thanks')
  await question.getByRole('button', { name: 'Show all 60 lines' }).click()
  await question.getByText('line 60').waitFor()
  await question.getByRole('button', { name: 'Show less' }).click()
  await question.getByText('line 60').waitFor({ state: 'hidden' })
})

test('D14: words of more than forty lines are folded too', async () => {
  const page = await open('fast')
  await send(page, code)
  await waitForAnswer(page)
  const question = page.getByRole('article', { name: /^You/ })
  expect((await question.locator('[data-words]').boundingBox())?.height).toBeLessThan(500)
  await question.getByRole('button', { name: 'Show all 60 lines' }).click()
  await question.getByText('line 60').waitFor()
})

test('D26: on a wide screen code with long lines is wider than the text, which stays where it is', async () => {
  const page = await open('wide', '/', { viewport: { width: 1920, height: 1000 } })
  await send(page, 'Show me')
  await waitForAnswer(page)
  const words = await lastAnswer(page).getByText('Before').boundingBox()
  const box = await lastAnswer(page).getByRole('figure', { name: 'Code, JavaScript' }).boundingBox()
  const short = await lastAnswer(page).getByRole('figure', { name: 'Code, Python' }).boundingBox()
  expect(box?.x).toBe(words?.x)
  expect(short?.width).toBe(words?.width)
  expect(box?.width).toBeGreaterThan((words?.width ?? 0) + 200)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(1920)
  const thread = page.locator('[data-thread]')
  expect(await thread.evaluate((node) => node.scrollWidth - node.clientWidth)).toBe(0)
})

test('D26: on a phone the box of code is as wide as the text, and scrolls', async () => {
  const page = await open('wide', '/', { viewport: { width: 390, height: 844 } })
  await send(page, 'Show me')
  await waitForAnswer(page)
  const words = await lastAnswer(page).getByText('Before').boundingBox()
  const box = await lastAnswer(page).getByRole('figure', { name: 'Code, JavaScript' }).boundingBox()
  expect(box?.width).toBe(words?.width)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
})
