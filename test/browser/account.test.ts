import { afterAll, beforeAll, expect, test } from 'vitest'
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

test('a new name appears everywhere at once, and is reported as saved', async () => {
  const page = await it.open('/account')
  await page.getByLabel('Name', { exact: true }).fill('Countess Lovelace')
  await page.getByRole('button', { name: 'Save name' }).click()
  await page.getByText('Saved').waitFor()
  expect(await page.getByRole('button', { name: 'Save name' }).isDisabled()).toBe(true)
  await page.getByRole('button', { name: 'Countess Lovelace' }).waitFor()
  await page.getByRole('button', { name: 'New chat', exact: true }).click()
  await page.getByRole('heading', { name: /Countess/ }).waitFor()
  await page.context().close()
})

test('theme and language take effect at once, and on the next visit before the first paint', async () => {
  const page = await it.open('/account', { colorScheme: 'light' })
  const backgroundColor = (): Promise<string> =>
    page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
  const light = await backgroundColor()
  await page.getByLabel('Theme').selectOption('dark')
  await expect.poll(backgroundColor).not.toBe(light)
  const dark = await backgroundColor()
  await page.getByLabel('Language').selectOption('de')
  await page.getByRole('region', { name: 'Darstellung' }).waitFor()
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('de')
  await page.reload({ waitUntil: 'commit' })
  await page.getByRole('region', { name: 'Darstellung' }).waitFor()
  expect(await backgroundColor()).toBe(dark)
  await page.getByLabel('Farbschema').selectOption('system')
  await page.getByLabel('Sprache').selectOption('system')
  await page.getByRole('region', { name: 'Appearance' }).waitFor()
  await page.context().close()
})

test('a new administrator can administer without reloading the page', async () => {
  const { user, password } = await it.api.call<{ user: { id: string }; password: string }>(
    'POST',
    '/api/users',
    { name: 'Grace', email: 'grace@example.org', role: 'user' },
  )
  const page = await it.open('/', { signedIn: false })
  await page.getByLabel('Email').fill('grace@example.org')
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByLabel('Temporary password').fill(password)
  await page.getByLabel('New password').fill('grace chose this')
  await page.getByRole('button', { name: 'Change password' }).click()
  const menu = page.getByRole('button', { name: 'Grace', exact: true })
  await menu.click()
  await page.getByRole('menuitem', { name: 'Account' }).waitFor()
  expect(await page.getByRole('menuitem', { name: 'Administration' }).count()).toBe(0)
  await page.keyboard.press('Escape')
  await it.api.call('PATCH', `/api/users/${user.id}`, { role: 'admin' })
  await expect
    .poll(
      async () => {
        await menu.click()
        const found = await page.getByRole('menuitem', { name: 'Administration' }).count()
        await page.keyboard.press('Escape')
        return found
      },
      { timeout: 20_000, interval: 500 },
    )
    .toBe(1)
  await page.context().close()
})
