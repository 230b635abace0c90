import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import type { RunSummary } from '../../protocol/http/runs.ts'
import { startNginxInFrontOf } from '../deploy/support/local-nginx.ts'
import type { LocalNginx } from '../deploy/support/local-nginx.ts'
import { startProxiedFleet } from '../deploy/support/proxied-fleet.ts'
import type { ProxiedFleet } from '../deploy/support/proxied-fleet.ts'
import { readScriptedWords } from '../support/scripted-provider.ts'
import { launchBrowser, openPage } from './support/page-fixture.ts'
import { waitForAnswer, lastAnswer, send } from './support/page-steps.ts'

// A user’s session through deploy/nginx, with TLS, in front of three instances that it chooses at random.

const words = 900
let fleet: ProxiedFleet
let nginx: LocalNginx
let browser: Browser
const pageErrors: string[] = []

beforeAll(async () => {
  fleet = await startProxiedFleet({}, { slow: { words, wordsPerSecond: 60 } })
  nginx = await startNginxInFrontOf(fleet, { balance: 'random;' })
  browser = await launchBrowser()
  fleet.api.url = nginx.url
})
afterAll(async () => {
  await browser?.close()
  await nginx?.stop()
  await fleet?.[Symbol.asyncDispose]()
})
afterEach(() => expect(pageErrors.splice(0)).toEqual([]))

const shownText = (page: Page): Promise<string> => lastAnswer(page).locator('.answer > .md').innerText()

test('sign-up, an answer, a reload, a kill and a stop work on any instance', async () => {
  const { api } = fleet
  const server = { url: nginx.url, browser, api, pageErrors }
  const page = await openPage(server, '/', { signedIn: false, ignoreHTTPSErrors: true })
  await page.getByLabel('Name').fill('Ada Lovelace')
  await page.getByLabel('Email').fill('ada@example.org')
  await page.getByLabel('Password').fill('correct horse')
  await page.getByLabel('Setup code').fill(api.setupCode)
  await page.getByRole('button', { name: /administrator/ }).click()
  await page.getByRole('textbox', { name: 'Message' }).waitFor()
  api.token =
    (await page.context().cookies()).find(({ name }) => /^(__Host-)?shoal_[0-9a-f]+$/.test(name))?.value ?? ''

  await send(page, 'Through the proxy')
  await page.waitForURL(/\/c\//)
  await expect.poll(async () => (await shownText(page)).length, { timeout: 20_000 }).toBeGreaterThan(300)
  await page.reload()
  await expect.poll(async () => (await shownText(page)).length, { timeout: 20_000 }).toBeGreaterThan(600)

  const chatId = page.url().split('/').at(-1) ?? ''
  const { items } = await api.call<{ items: RunSummary[] }>('GET', '/api/runs?limit=10')
  const owner = fleet.instances.find(({ label }) => items[0]?.owner?.startsWith(`${label}.`))
  expect(owner, 'the answer has ended before its owner could be killed').toBeDefined()
  owner!.kill('SIGKILL')
  await page.getByText('Moved to another server').waitFor({ timeout: 20_000 })
  await waitForAnswer(page)
  const stored = (await api.chat(chatId)).messages.at(-1)?.text ?? ''
  expect(readScriptedWords(stored, words).problem).toBeUndefined()
  await expect.poll(() => shownText(page), { timeout: 10_000 }).toBe(stored.trim())

  await send(page, 'And be stopped')
  await expect.poll(async () => (await shownText(page)).length, { timeout: 20_000 }).toBeGreaterThan(100)
  await page.getByRole('button', { name: 'Stop' }).click()
  await waitForAnswer(page, 'stopped')
  expect(await page.getByText(/WebSockets are blocked/).count(), 'the WebSocket gets through').toBe(0)
  await page.context().close()
})
