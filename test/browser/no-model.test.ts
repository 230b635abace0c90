import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'

let it: PageFixture

beforeAll(async () => {
  it = await startPage({ fast: { words: 20 } })
  it.provider.listAnswer = { status: 500, body: 'out of order' }
})
afterAll(async () => {
  await it[Symbol.asyncDispose]()
  expect(it.pageErrors).toEqual([])
})

test('58: if no model is available, an administrator sees why and is led to the connections', async () => {
  const page = await it.open('/')
  await page.getByText('No model is available.').waitFor()
  await page.getByText(/out of order/).waitFor()
  expect(await page.getByRole('list', { name: 'Suggestions' }).count()).toBe(0)
  await page.getByRole('textbox', { name: 'Message' }).fill('A question that is kept')
  await page.getByRole('alert').getByText('Check Administration → Connections.').waitFor()
  await page.getByRole('button', { name: 'Open Connections' }).click()
  await page.getByRole('button', { name: 'Test connection' }).waitFor()
  await page.context().close()
})

test('58: other users are told whom to ask, and continue once a model is available', async () => {
  const { password } = await it.api.call<{ password: string }>('POST', '/api/users', {
    name: 'Grace',
    email: 'grace@example.org',
    role: 'user',
  })
  const page = await it.open('/', { signedIn: false })
  await page.getByLabel('Email').fill('grace@example.org')
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByLabel('Temporary password').fill(password)
  await page.getByLabel('New password').fill('grace chose this')
  await page.getByRole('button', { name: 'Change password' }).click()
  await page.getByText('Ask an administrator to connect one.').waitFor()
  expect(await page.getByRole('button', { name: 'Open Connections' }).count()).toBe(0)
  expect(await page.getByText(/out of order/).count()).toBe(0)
  it.provider.listAnswer = undefined
  const again = page.getByRole('button', { name: 'Check again' })
  const ways = page.getByRole('list', { name: 'Suggestions' })
  await expect
    .poll(
      async () => {
        if ((await ways.count()) === 0) await again.click()
        return ways.count()
      },
      { timeout: 30_000, interval: 500 },
    )
    .toBe(1)
  await page.context().close()
})
