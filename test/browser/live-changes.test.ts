import { afterAll, beforeAll, expect, test } from 'vitest'
import { startScriptedProvider } from '../support/scripted-provider.ts'
import { startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'

let it: PageFixture

beforeAll(async () => {
  it = await startPage({ fast: { words: 20 } })
})
afterAll(async () => {
  await it[Symbol.asyncDispose]()
  expect(it.pageErrors).toEqual([])
})

test('a new connection can be chosen on pages that are already open', async () => {
  const page = await it.open('/')
  await page.getByRole('button', { name: 'Model: fast' }).waitFor()
  const other = await startScriptedProvider({ deep: { words: 5 } })
  await it.api.call('POST', '/api/connections', { kind: 'openai', name: 'Other', baseUrl: other.v1 })
  await expect
    .poll(async () => {
      await page.getByRole('button', { name: 'Model: fast' }).click()
      const found = await page.getByRole('option', { name: /^deep/ }).count()
      await page.keyboard.press('Escape')
      return found
    })
    .toBe(1)
  await page.context().close()
  await other.close()
})

test('a new workspace name appears on every page that is already open', async () => {
  const page = await it.open('/')
  await page.getByRole('textbox', { name: 'Message' }).waitFor()
  const admin = await it.open('/settings')
  await admin.getByLabel('Workspace name').fill('Reef')
  await admin.getByRole('button', { name: 'Save settings' }).click()
  for (const each of [admin, page]) await each.getByRole('navigation').getByText('Reef').waitFor()
  await expect.poll(() => page.title()).toBe('Reef')
  await page.context().close()
  await admin.context().close()
})

test('a theme that is chosen in one tab applies to other tabs too', async () => {
  const page = await it.open('/')
  await page.getByRole('textbox', { name: 'Message' }).waitFor()
  const backgroundColor = (): Promise<string> =>
    page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
  const light = await backgroundColor()
  const other = await it.open('/account', { beside: page.context() })
  await other.getByLabel('Theme').selectOption('dark')
  await expect.poll(backgroundColor).not.toBe(light)
  await page.context().close()
})
