import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ConnectionView } from '../../protocol/http/connections.ts'
import { startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'
import { waitForAnswer, lastAnswer, send } from './support/page-steps.ts'

let it: PageFixture
beforeAll(async () => {
  it = await startPage({ listed: { words: ['Listed'] }, hidden: { words: ['Hidden words'] } })
})
afterAll(async () => {
  await it[Symbol.asyncDispose]()
  expect(it.pageErrors).toEqual([])
})

const stored = async (): Promise<ConnectionView | undefined> => {
  const { items } = await it.api.call<{ items: ConnectionView[] }>('GET', '/api/connections')
  return items.find(({ source }) => source === 'page')
}

test('B4, S5: models of a connection are entered on the page; a key does not follow it to another server', async () => {
  await it.api.call('POST', '/api/connections', {
    kind: 'openai',
    name: 'Lab',
    baseUrl: it.provider.v1,
    key: 'sk-secret-of-the-lab',
    prefix: 'lab',
  })
  const page = await it.open('/connections')
  const edit = async (): Promise<void> => {
    await page.getByRole('button', { name: 'Options for Lab' }).click()
    await page.getByRole('menuitem', { name: 'Edit' }).click()
    await page.getByRole('dialog').waitFor()
  }
  const save = async (): Promise<void> => {
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }

  await edit()
  await page.getByText('Advanced').click()
  await page.getByLabel('Models').fill('hidden\n\n  unlisted  ')
  await save()
  expect(await stored()).toMatchObject({ modelIds: ['hidden', 'unlisted'], hasKey: true })

  await edit()
  await page.getByText('Advanced').click()
  const ownParams = page.getByRole('switch', { name: 'Send only documented OpenAI parameters' })
  expect(await ownParams.getAttribute('aria-checked')).toBe('false')
  await ownParams.click()
  await save()
  expect(await stored()).toMatchObject({ openAiParamsOnly: true, modelIds: ['hidden', 'unlisted'] })

  await edit()
  const address = page.getByLabel('Address')
  await page.getByText('Leave this field empty to keep it').waitFor()
  await address.fill(it.provider.v1.replace('127.0.0.1', 'localhost'))
  await page.getByText('your saved key is removed when you save').waitFor()
  await save()
  expect(await stored()).toMatchObject({ modelIds: ['hidden', 'unlisted'], hasKey: false })

  const { items } = await it.api.call<{ items: { id: string }[] }>('GET', '/api/models')
  expect(items.map(({ id }) => id).filter((id) => id.startsWith('lab/'))).toEqual([
    'lab/hidden',
    'lab/unlisted',
  ])
  await page.context().close()
})

test('D11, D23: a connection is tested before it is saved, and its row tells its state', async () => {
  const page = await it.open('/connections')
  const dialog = page.getByRole('dialog', { name: 'Add a connection' })
  const saved = async (): Promise<string[]> => {
    const { items } = await it.api.call<{ items: ConnectionView[] }>('GET', '/api/connections')
    return items.map(({ name }) => name)
  }
  await page.getByRole('button', { name: 'Add a connection' }).click()
  await dialog.getByLabel('Address').fill('localhost:1/v1')
  await dialog.getByLabel('Name').fill('Dead')
  expect(await dialog.getByLabel('Address').inputValue()).toBe('http://localhost:1/v1')
  await dialog.getByRole('button', { name: 'Add', exact: true }).click()
  await dialog
    .getByRole('alert')
    .getByText(/Nothing answers at the connection/)
    .waitFor()
  expect(await saved()).not.toContain('Dead')
  await dialog.getByRole('button', { name: 'Save anyway' }).click()
  await dialog.waitFor({ state: 'detached' })
  const row = (name: string): ReturnType<typeof page.locator> =>
    page.getByRole('listitem').filter({ has: page.getByText(name, { exact: true }) })
  await row('Dead')
    .getByText(/Nothing answers at the connection/)
    .waitFor()
  await row('Dead')
    .getByText(/checked now/)
    .waitFor()

  await page.getByRole('button', { name: 'Add a connection' }).click()
  await dialog.getByLabel('Address').fill(it.provider.v1)
  await dialog.getByLabel('Name').fill('Good')
  await page.keyboard.press('Enter')
  await dialog.waitFor({ state: 'detached' })
  await row('Good')
    .getByText(/\d+ models · checked now/)
    .waitFor()

  await page.getByRole('button', { name: 'Add a connection' }).click()
  await dialog.getByLabel('Address').fill('ftp://example.org')
  await dialog.getByRole('button', { name: 'Test connection' }).click()
  await dialog
    .getByRole('alert')
    .getByText('Enter an address that starts with http:// or https://.')
    .waitFor()
  expect(await dialog.getByText('baseUrl').count()).toBe(0)
  await page.context().close()
})

test('C5: a thought whose opening tag the template wrote is folded like any other', async () => {
  it.provider.scripts.listed = { words: ['let me think\n', '</think>\n\n', 'The answer'] }
  const page = await it.open('/')
  await send(page, 'A question')
  await waitForAnswer(page)
  const text = await lastAnswer(page).innerText()
  expect(text).toContain('The answer')
  expect(text).not.toContain('</think>')
  expect(text).not.toContain('let me think')
  await page.context().close()
})
