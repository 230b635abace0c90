import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Locator, Page } from 'playwright-core'
import { ApiClient } from '../support/api-client.ts'
import { phone, startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'

let it: PageFixture

beforeAll(async () => {
  it = await startPage(
    { fast: { words: 20 } },
    { env: { ENABLE_SIGNUP: 'true', DEFAULT_USER_ROLE: 'pending' } },
  )
})
afterAll(async () => {
  await it[Symbol.asyncDispose]()
  expect(it.pageErrors).toEqual([])
})

async function signUp(name: string): Promise<{ user: { id: string }; token: string }> {
  const email = `${name.toLowerCase()}@example.org`
  return new ApiClient(it.url).call('POST', '/api/auth/sign-up', { name, email, password: 'correct horse' })
}

const menu = (page: Page): Locator => page.getByRole('button', { name: 'Ada Lovelace', exact: true })
const navigation = (page: Page): Locator => page.getByRole('navigation', { name: 'Administration' })

test('one entry in the user’s menu leads to the administration, which leads back to the chats', async () => {
  const page = await it.open('/')
  await menu(page).click()
  const items = await page.getByRole('menuitem').allInnerTexts()
  expect(items).toEqual(['Account', 'Administration', 'Keyboard shortcuts', 'About', 'Sign out'])
  await page.getByRole('menuitem', { name: 'Administration' }).click()
  await page.getByRole('heading', { level: 1, name: 'Users' }).waitFor()
  expect(await page.getByRole('navigation', { name: 'Chats' }).count()).toBe(0)
  for (const [link, path] of [
    ['Connections', '/connections'],
    ['Settings', '/settings'],
    ['Instances', '/cluster'],
    ['Users', '/users'],
  ] as const) {
    await navigation(page).getByRole('link', { name: link, exact: true }).press('Enter')
    await page.getByRole('heading', { level: 1, name: link }).waitFor()
    expect(new URL(page.url()).pathname).toBe(path)
    const current = navigation(page).locator('[aria-current=page]')
    expect(await current.innerText()).toBe(link)
    expect(await current.evaluate((element) => element === document.activeElement)).toBe(true)
  }
  await navigation(page).getByRole('link', { name: 'Back to chats' }).click()
  await page.getByRole('textbox', { name: 'Message' }).waitFor()
  await page.getByRole('navigation', { name: 'Chats' }).waitFor()
  await page.context().close()
})

test('the shortcut of the search leads from the administration to the chats', async () => {
  const page = await it.open('/settings')
  await navigation(page).waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('textbox', { name: 'Message' }).waitFor()
  const search = page.getByRole('searchbox', { name: 'Search titles and messages' })
  await expect.poll(() => search.evaluate((field) => field === document.activeElement)).toBe(true)
  await page.context().close()
})

test('a waiting account and a failing connection are counted on open pages at once, and until they are resolved', async () => {
  const chats = await it.open('/')
  const area = await it.open('/settings')
  await menu(chats).waitFor()
  await navigation(area).getByRole('link', { name: 'Users', exact: true }).waitFor()
  // The first counts are there, so a change cannot be part of them.
  await area.waitForLoadState('networkidle')
  await chats.waitForLoadState('networkidle')

  const { user } = await signUp('Grace')
  const users = navigation(area).getByRole('link', {
    name: 'Users 1 account waits for approval.',
    exact: true,
  })
  await users.waitFor({ timeout: 10_000 })
  const { id } = await it.api.call<{ id: string }>('POST', '/api/connections', {
    kind: 'openai',
    name: 'Down',
    baseUrl: 'http://127.0.0.1:1/v1',
  })
  const connections = navigation(area).getByRole('link', {
    name: 'Connections 1 connection fails.',
    exact: true,
  })
  await connections.waitFor({ timeout: 10_000 })
  await expect.poll(() => menu(chats).innerText(), { timeout: 10_000 }).toMatch(/\b2$/)
  expect(
    await menu(chats).evaluate(
      (it) => document.getElementById(it.getAttribute('aria-describedby') ?? '')?.textContent,
    ),
  ).toBe('1 account waits for approval. 1 connection fails. ')
  await menu(chats).click()
  await chats
    .getByRole('menuitem', { name: /^Administration 1 account waits for approval. 1 connection fails.$/ })
    .waitFor()
  await chats.keyboard.press('Escape')

  await it.api.call('PATCH', `/api/users/${user.id}`, { role: 'user' })
  await users.waitFor({ state: 'detached', timeout: 10_000 })
  await it.api.call('DELETE', `/api/connections/${id}`)
  await connections.waitFor({ state: 'detached', timeout: 10_000 })
  await expect.poll(() => menu(chats).getAttribute('aria-describedby'), { timeout: 10_000 }).toBe(null)
  await area.context().close()
  await chats.context().close()
})

test('other users have no entry, and an address of the administration leads them back to the chats', async () => {
  const { user, token } = await signUp('Hedy')
  await it.api.call('PATCH', `/api/users/${user.id}`, { role: 'user' })
  const page = await it.open('/', { signedIn: false })
  await page.context().addCookies([{ name: 'token', value: token, url: it.url, httpOnly: true }])
  await page.goto(`${it.url}/connections`)
  await page.getByRole('heading', { name: 'Only administrators can open this page' }).waitFor()
  expect(await navigation(page).count()).toBe(0)
  await page.getByRole('link', { name: 'Go to chats' }).click()
  await page.getByRole('button', { name: 'Hedy', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Account' }).waitFor()
  expect(await page.getByRole('menuitem', { name: 'Administration' }).count()).toBe(0)
  await page.context().close()
})

test('on a phone, every page of the administration and the way back are in reach without a menu', async () => {
  const page = await it.open('/users', phone)
  await page.getByRole('heading', { level: 1, name: 'Users' }).waitFor()
  for (const name of ['Instances', 'Settings', 'Connections']) {
    await navigation(page).getByRole('link', { name, exact: true }).tap()
    await page.getByRole('heading', { level: 1, name }).waitFor()
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  }
  await navigation(page).getByRole('link', { name: 'Back to chats' }).tap()
  await page.getByRole('textbox', { name: 'Message' }).waitFor()
  await page.context().close()
})

test('on a narrow phone, the link of the current page is scrolled into view', async () => {
  const page = await it.open('/cluster', { ...phone, viewport: { width: 320, height: 700 } })
  const link = navigation(page).getByRole('link', { name: 'Instances', exact: true })
  await link.waitFor()
  await expect
    .poll(async () => {
      const box = await link.boundingBox()
      return box !== null && box.x + box.width <= 320
    })
    .toBe(true)
  await page.context().close()
})
