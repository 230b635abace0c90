import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { ApiClient } from '../../support/api-client.ts'
import { startInstance } from '../../support/instance-process.ts'
import type { InstanceProcess } from '../../support/instance-process.ts'
import { defaultScripts, startScriptedProvider } from '../../support/scripted-provider.ts'
import type { Script, ScriptedProvider } from '../../support/scripted-provider.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const root = join(import.meta.dirname, '../../..')

/** The built page on a real instance with a scripted provider, in a real browser. */
export interface PageFixture extends AsyncDisposable {
  instance: InstanceProcess
  provider: ScriptedProvider
  browser: Browser
  api: ApiClient
  /** What the browser complained of: policy reports, faults of scripts, requests to other hosts. */
  complaints: string[]
  /** Opens a page as somebody who is signed in (or nobody), at a path. */
  open: (path?: string, options?: OpenOptions) => Promise<Page>
  /** Kills the instance and starts it again in the same place. */
  restart: () => Promise<void>
}

export interface OpenOptions extends BrowserContextOptions {
  signedIn?: boolean
  /** What localStorage has before the page comes. */
  stored?: Record<string, string>
  /** Another tab of the same browser. */
  beside?: BrowserContext
}

export const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
}

const person = { email: 'ada@example.org', password: 'correct horse', name: 'Ada Lovelace' }

export async function startPage(
  scripts: Record<string, Script> = defaultScripts,
  { env = {}, account = true }: { env?: Record<string, string>; account?: boolean } = {},
): Promise<PageFixture> {
  const folder = await temporaryFolder('page')
  const provider = await startScriptedProvider(scripts)
  const settings = {
    label: 'page',
    env: {
      DATA_DIR: folder.path,
      OPENAI_API_BASE_URL: provider.v1,
      OPENAI_API_KEY: 'sk-of-the-tests',
      ...env,
    },
  }
  const browser = await launchBrowser()
  const complaints: string[] = []
  const it: PageFixture = {
    instance: await startInstance(settings),
    provider,
    browser,
    api: new ApiClient(''),
    complaints,
    open: (path, options) => openPage({ ...it, url: it.instance.url }, path, options),
    async restart() {
      const { port } = it.instance
      it.instance.kill('SIGKILL')
      await it.instance.exited()
      it.instance = await startInstance({ ...settings, port })
    },
    async [Symbol.asyncDispose]() {
      await browser.close()
      await it.instance.stop()
      await provider.close()
      await folder.remove()
    },
  }
  it.api.url = it.instance.url
  if (account) {
    await it.api.call('POST', '/api/auth/sign-up', person).then((answer) => {
      it.api.token = (answer as { token: string }).token
    })
  }
  return it
}

export function launchBrowser(): Promise<Browser> {
  if (!existsSync(join(root, 'dist/web/index.html'))) throw new Error('Build the page first: npm run build')
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
}

/** Opens the page of a server as the person whose token `api` has, and records what the browser complains of. */
export async function openPage(
  server: { url: string; browser: Browser; api: ApiClient; complaints: string[] },
  path = '/',
  { signedIn = true, beside, stored, ...options }: OpenOptions = {},
): Promise<Page> {
  const { url, browser, api, complaints } = server
  const context = beside ?? (await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options }))
  if (signedIn && !beside) {
    await context.addCookies([{ name: 'token', value: api.token, url, httpOnly: true }])
  }
  if (stored) {
    await context.addInitScript(
      `for (const [key, value] of Object.entries(${JSON.stringify(stored)})) localStorage.setItem(key, value)`,
    )
  }
  const page = await context.newPage()
  await watch(page, url, complaints)
  await page.goto(url + path)
  return page
}

async function watch(page: Page, url: string, complaints: string[]): Promise<void> {
  await page.addInitScript(
    "document.addEventListener('securitypolicyviolation', (event) => console.error('policy: ' + " +
      "[event.violatedDirective, event.blockedURI, event.sample].join(' ')))",
  )
  page.on('console', (message) => {
    if (/^policy:|Refused to|Content Security Policy|Trusted/.test(message.text()))
      complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(`fault: ${error.message}`))
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url())
    if (/^https?:$/.test(protocol) && origin !== url) complaints.push(`foreign request: ${request.url()}`)
  })
}
