import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { phone, startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'
import { waitForAnswer, send } from './support/page-steps.ts'

let it: PageFixture
beforeAll(async () => {
  it = await startPage({ fast: { words: 20 } })
})
afterAll(async () => {
  await it[Symbol.asyncDispose]()
  expect(it.pageErrors).toEqual([])
})

const chats = (page: Page): ReturnType<Page['locator']> => page.getByRole('navigation', { name: 'Chats' })

/** Opens a page with a chat of this title. */
async function openChat(title: string, options?: Parameters<PageFixture['open']>[1]): Promise<Page> {
  const page = await it.open('/', options)
  await send(page, title)
  await waitForAnswer(page)
  const id = new URL(page.url()).pathname.split('/').at(-1)!
  await it.api.call('PATCH', `/api/chats/${id}`, { title })
  await page.getByRole('heading', { name: title }).waitFor()
  return page
}

describe('D10: what is typed at once goes into the first field', () => {
  test('a chat is renamed in its row: menu, new title, Enter', async () => {
    const page = await openChat('Old title')
    await chats(page).getByRole('button', { name: 'Options for Old title' }).press('Enter')
    await page.getByRole('menuitem', { name: 'Rename' }).press('Enter')
    await page.keyboard.type('Tides')
    await page.keyboard.press('Enter')
    await chats(page).getByRole('link', { name: 'Tides' }).waitFor()
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toContain('Tides')
    await page.keyboard.press('F2')
    await page.keyboard.type('Not this')
    await page.keyboard.press('Escape')
    await chats(page).getByRole('link', { name: 'Tides' }).waitFor()
    await page.keyboard.press('F2')
    await page.keyboard.type('Ebb')
    await page.getByRole('textbox', { name: 'Message' }).click()
    await chats(page).getByRole('link', { name: 'Ebb' }).waitFor()
    await page.context().close()
  })

  test('on a phone a chat is renamed in the title bar', async () => {
    const page = await openChat('On a phone', phone)
    await page.getByRole('button', { name: 'Options for On a phone' }).click()
    await page.getByRole('menuitem', { name: 'Rename' }).click()
    const field = page.getByRole('textbox', { name: 'Title' })
    const box = (await field.boundingBox())!
    expect(box.x).toBeGreaterThanOrEqual(0)
    expect(box.x + box.width).toBeLessThanOrEqual(390)
    await field.fill('Renamed')
    await field.press('Enter')
    await page.getByRole('heading', { name: 'Renamed' }).waitFor()
    await page.context().close()
  })

  test.each([
    // The address is completed when the focus leaves it.
    ['/connections', 'Add a connection', 'Address', 'http://abc'],
    ['/users', 'Add a user', 'Name', 'abc'],
  ])(
    '%s, %s: the focus is in %s, and a press outside keeps what was typed',
    async (path, opener, label, kept) => {
      const page = await it.open(path)
      await page.getByRole('button', { name: opener }).press('Enter')
      await page.getByRole('dialog').waitFor()
      await page.keyboard.type('abc')
      expect(await page.getByRole('dialog').getByLabel(label).inputValue()).toBe('abc')
      await page.mouse.click(4, 4)
      await page.keyboard.press('Enter')
      expect(await page.getByRole('dialog').getByLabel(label).inputValue()).toBe(kept)
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await page.context().close()
    },
  )
})

test('D12: the rights of an administrator are given only after a confirmation that names the user', async () => {
  const { user } = await it.api.call<{ user: { id: string } }>('POST', '/api/users', {
    name: 'Grace',
    email: 'grace@example.org',
    role: 'user',
  })
  const roleOf = async (): Promise<string | undefined> => {
    const { items } = await it.api.call<{ items: { id: string; role: string }[] }>('GET', '/api/users')
    return items.find(({ id }) => id === user.id)?.role
  }
  const page = await it.open('/users')
  const options = page.getByRole('button', { name: 'Options for Grace' })
  await options.click()
  expect(await page.getByRole('menuitem').first().innerText()).not.toContain('Make administrator')
  await page.getByRole('menuitem', { name: 'Make administrator' }).press('Enter')
  const question = page.getByRole('alertdialog', { name: 'Make Grace an administrator?' })
  await question.waitFor()
  await page.keyboard.press('Enter')
  await question.waitFor({ state: 'detached' })
  expect(await roleOf()).toBe('user')
  await options.click()
  await page.getByRole('menuitem', { name: 'Make administrator' }).click()
  await question.getByRole('button', { name: 'Make administrator' }).click()
  await question.waitFor({ state: 'detached' })
  expect(await roleOf()).toBe('admin')
  await options.click()
  await page.getByRole('menuitem', { name: 'Change to user' }).click()
  await page
    .getByRole('alertdialog', { name: 'Change Grace to a user?' })
    .getByRole('button', { name: 'Change to user' })
    .click()
  await expect.poll(roleOf).toBe('user')
  await page.context().close()
})

test('D19: users are found without accents, counted and sorted, and pending ones have a badge', async () => {
  for (const [name, n] of [
    ['Mar\u00eda Garc\u00eda', 1],
    ['Jos\u00e9 Garcia', 2],
  ] as const)
    await it.api.call('POST', '/api/users', { name, email: `garcia-${n}@example.org`, role: 'user' })
  await it.api.changeSettings({ signUp: true, defaultRole: 'pending' })
  const signedUp = await fetch(`${it.url}/api/auth/sign-up`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Waiting', email: 'waiting@example.org', password: 'correct horse' }),
  })
  expect(signedUp.ok).toBe(true)
  const page = await it.open('/users')
  await page.getByLabel('Search', { exact: true }).fill('garcia maria')
  await page.getByText('1 user', { exact: true }).waitFor()
  await page.getByLabel('Search', { exact: true }).fill('garc\u00eda')
  await page.getByText('2 users', { exact: true }).waitFor()
  await page.getByLabel('Sort by').selectOption('name')
  await expect
    .poll(async () => (await page.getByRole('main').getByRole('listitem').allInnerTexts()).join())
    .toMatch(/Jos\u00e9.*Mar\u00eda/s)
  await page.getByRole('button', { name: 'Ada Lovelace' }).getByText('1', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Show', exact: true }).click()
  await page.getByLabel('Search', { exact: true }).fill('')
  await page.getByText('waiting@example.org').waitFor()
  await page.context().close()
})

describe('D28: a toast', () => {
  test.each([
    ['a desktop', {}],
    ['a phone', phone],
  ])('on %s is above the composer', async (_, options) => {
    const page = await openChat('To be archived', options)
    await page.getByRole('main').getByRole('button', { name: 'Options for To be archived' }).click()
    await page.getByRole('menuitem', { name: 'Archive' }).click()
    const toast = (await page.getByText('Chat archived').boundingBox())!
    const field = (await page.getByRole('textbox', { name: 'Message' }).boundingBox())!
    expect(toast.y + toast.height).toBeLessThan(field.y)
    await page.getByRole('button', { name: 'Undo' }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('Chat archived').waitFor({ state: 'detached' })
    await page.context().close()
  })
})

test('D22: signing out everywhere is confirmed, and hides the page on the other device', async () => {
  await it.api.signIn('ada@example.org')
  const other = await openChat('Private matters')
  await it.api.signIn('ada@example.org')
  const here = await it.open('/account')
  await here.getByRole('button', { name: 'Sign out everywhere' }).click()
  const question = here.getByRole('alertdialog', { name: 'Sign out everywhere?' })
  await question.getByRole('button', { name: 'Cancel' }).click()
  await other.getByRole('heading', { name: 'Private matters' }).waitFor()
  await here.getByRole('button', { name: 'Sign out everywhere' }).click()
  await question.getByRole('button', { name: 'Sign out everywhere' }).click()
  await here.getByRole('button', { name: 'Sign in' }).waitFor()
  const dialog = other.getByRole('dialog', { name: 'Sign in to continue' })
  await dialog.waitFor()
  expect(await other.getByText('Private matters').filter({ visible: true }).count()).toBe(0)
  expect(await other.title()).not.toContain('Private matters')
  expect(await other.evaluate(() => (document.activeElement as HTMLInputElement).type)).toBe('password')
  await other.keyboard.type('correct horse')
  await other.keyboard.press('Enter')
  await other.getByRole('heading', { name: 'Private matters' }).waitFor()
  await here.context().close()
  await other.context().close()
})
