import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { runNginx } from '../deploy/support/local-nginx.ts'
import { freePorts } from '../support/free-port.ts'
import { startInstance } from '../support/instance-process.ts'
import { startScriptedProvider } from '../support/scripted-provider.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { launchBrowser } from './support/page-fixture.ts'
import { waitForAnswer, lastAnswer, send } from './support/page-steps.ts'

// WEBUI_BASE_PATH=/chat behind an nginx that serves another application at its root.

const started = new AsyncDisposableStack()
let browser: Browser
/** The proxy keeps the path, as the documentation recommends, or strips it. */
const addresses = { kept: '', stripped: '' }

let setupCode = ''

beforeAll(async () => {
  const folder = started.use(await temporaryFolder('base-path'))
  const provider = await startScriptedProvider({ fast: { words: 60 } })
  started.defer(() => provider.close())
  const instance = await startInstance({
    label: 'base-path',
    env: {
      DATA_DIR: folder.path,
      OPENAI_API_BASE_URL: provider.v1,
      OPENAI_API_KEY: 'k',
      WEBUI_BASE_PATH: '/chat',
    },
  })
  started.defer(() => instance.stop())
  setupCode = await instance.setupCode()
  const ports = await freePorts(2)
  started.defer(await startNginx({ folder: folder.path, ports, instance: instance.port }))
  addresses.kept = `http://127.0.0.1:${ports[0]}`
  addresses.stripped = `http://127.0.0.1:${ports[1]}`
  browser = await launchBrowser()
  started.defer(() => browser.close())
})
afterAll(() => started.disposeAsync())

async function startNginx(given: {
  folder: string
  ports: number[]
  instance: number
}): Promise<() => Promise<void>> {
  const { folder, ports, instance } = given
  const documented = await readFile(join(import.meta.dirname, '../../docs/deploy/proxies.md'), 'utf8')
  const block = /```nginx\n(location = \/chat .*?)```/s.exec(documented)?.[1]
  if (block === undefined) throw new Error('docs/deploy/proxies.md has no block for /chat')
  const kept = block.replaceAll('127.0.0.1:8080', `127.0.0.1:${instance}`)
  const stripped = kept
    .replace(/(location \/chat\/ \{\s*proxy_pass [^;]+);/, '$1/;')
    .replace(/(location = \/chat\/ws \{\s*proxy_pass [^;]+);/, '$1/ws;')
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, name)};`,
  )
  const servers = [kept, stripped].map(
    (locations, index) => `server {
      listen 127.0.0.1:${ports[index]};
      ${locations}
      location / { default_type text/plain; return 200 "another application"; }
    }`,
  )
  const config = join(folder, 'nginx.conf')
  await writeFile(
    config,
    `${process.getuid?.() === 0 ? 'user root;' : ''}
    error_log ${join(folder, 'error.log')};
    pid ${join(folder, 'nginx.pid')};
    events {}
    http { access_log off; ${temporary.join(' ')} ${servers.join('\n')} }`,
  )
  return runNginx({ folder, config, port: ports[0] ?? 0 })
}

/** Records every request and socket of a page that goes outside the base path. */
function watchStrays(page: Page, base: string): string[] {
  const strays: string[] = []
  page.on('request', (request) => {
    if (/^https?:/.test(request.url()) && !request.url().startsWith(`${base}/chat/`))
      strays.push(request.url())
  })
  page.on('websocket', (socket) => {
    if (!socket.url().startsWith(`${base.replace('http', 'ws')}/chat/ws`)) strays.push(socket.url())
  })
  page.on('response', (response) => {
    if (response.status() >= 400 && response.status() !== 401)
      strays.push(`${response.status()} ${response.url()}`)
  })
  page.on('pageerror', (error) => strays.push(`fault: ${error.message}`))
  page.on('console', (message) => {
    if (/Refused to|Content Security Policy|MIME/.test(message.text())) strays.push(message.text())
  })
  return strays
}

describe('B11: below /chat/', () => {
  test.each(['kept', 'stripped'] as const)('everything works with the path %s by nginx', async (way) => {
    const base = addresses[way]
    const context = await browser.newContext()
    const page = await context.newPage()
    const strays = watchStrays(page, base)
    await page.goto(`${base}/chat/`)
    // The first run creates the account, the second signs in to it.
    if (way === 'kept') {
      await page.getByLabel('Name').fill('Ada Lovelace')
      await page.getByLabel('Setup code').fill(setupCode)
    }
    await page.getByLabel('Email').fill('ada@example.org')
    await page.getByLabel('Password').fill('correct horse battery')
    await page.locator('form button[type=submit]').click()
    await page.getByRole('textbox', { name: 'Message' }).waitFor()

    await send(page, 'Below a path')
    await page.waitForURL(new RegExp(`^${base}/chat/c/[^/]+$`))
    await waitForAnswer(page)
    const words = await lastAnswer(page).locator('.answer > .md').innerText()
    expect(await page.getByText(/WebSockets are blocked/).count(), 'the WebSocket gets through').toBe(0)
    await page.reload()
    await expect.poll(() => lastAnswer(page).locator('.answer > .md').innerText()).toBe(words)

    // Navigates by a link, by the browser’s back button, and by a typed address.
    const chat = page.url()
    await page
      .getByRole('button', { name: 'New chat' })
      .or(page.getByRole('link', { name: 'New chat' }))
      .first()
      .click()
    await page.waitForURL(`${base}/chat/`)
    await page.goBack()
    await page.waitForURL(chat)
    await page.goto(`${base}/chat/account`)
    await page.getByRole('heading', { name: 'Sessions' }).or(page.getByText('Ada Lovelace')).first().waitFor()

    const cookies = await context.cookies(`${base}/chat/api/app`)
    expect(cookies.length).toBeGreaterThan(0)
    for (const { name, path } of cookies) expect(path, name).toBe('/chat')
    expect(await context.cookies(`${base}/other`), 'another application gets none of them').toEqual([])

    await page.evaluate(async () => {
      const answer = await fetch('/chat/api/auth/sign-out', { method: 'POST' })
      if (!answer.ok) throw new Error(`status ${answer.status}`)
    })
    const left = await context.cookies(`${base}/chat/api/app`)
    // The page still knows that a user has signed in on this device.
    expect(left.map(({ name }) => name).filter((name) => !name.includes('device'))).toEqual([])
    expect(strays).toEqual([])
    await context.close()
  })

  test('the API and /v1 are there too, and unknown addresses stay unknown', async () => {
    for (const base of Object.values(addresses)) {
      const get = async (path: string): Promise<[number, string | null]> => {
        const answer = await fetch(base + path)
        return [answer.status, answer.headers.get('content-type')]
      }
      expect(await get('/chat/api/app')).toEqual([200, 'application/json; charset=utf-8'])
      expect(await get('/chat/v1/models')).toEqual([401, 'application/json; charset=utf-8'])
      expect(await get('/chat/assets/none.js')).toEqual([404, 'application/json; charset=utf-8'])
      expect(await get('/chat/favicon.svg')).toEqual([200, 'image/svg+xml'])
      expect(await get('/chat/chat/models')).toEqual([404, 'application/json; charset=utf-8'])
      expect(await get('/chat')).toEqual([200, 'text/html; charset=utf-8'])
    }
  })
})
