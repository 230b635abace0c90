import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { ApiClient } from '../../support/api-client.ts'
import { launchChromium } from '../../support/chromium.ts'
import type { Script, ScriptedProvider } from '../../support/scripted-provider.ts'
import { behind, startPageServer } from './page-server.ts'

const root = join(import.meta.dirname, '../../..')

/** The built page on a real instance with a scripted provider, in a real browser; behind a proxy when asked. */
export interface PageFixture extends AsyncDisposable {
  /** The address that the browser sees. */
  url: string
  provider: ScriptedProvider
  browser: Browser
  api: ApiClient
  /** What the browser complained of: policy reports, faults of scripts, requests to other hosts. */
  complaints: string[]
  /** Opens a page as somebody who is signed in (or nobody), at a path. */
  open: (path?: string, options?: OpenOptions) => Promise<Page>
  /** Kills whatever serves the page and starts it again in the same place. */
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
  scripts?: Record<string, Script>,
  {
    env = {},
    account = true,
    wholeBrowser = false,
  }: { env?: Record<string, string>; account?: boolean; wholeBrowser?: boolean } = {},
): Promise<PageFixture> {
  const server = await startPageServer({ env, ...(scripts ? { scripts } : {}) })
  const browser = await launchBrowser({ whole: wholeBrowser })
  const { url, provider } = server
  const it: PageFixture = {
    url,
    provider,
    browser,
    api: new ApiClient(url),
    complaints: [],
    open: (path, options) => openPage(it, path, options),
    restart: () => server.restart(),
    async [Symbol.asyncDispose]() {
      await browser.close()
      await server[Symbol.asyncDispose]()
    },
  }
  // As its page says it: not every proxy tells by what scheme and for which host a request came.
  if (behind) it.api.headers = { 'sec-fetch-site': 'same-origin' }
  if (account) {
    await it.api
      .call('POST', '/api/auth/sign-up', { ...person, setupCode: server.setupCode })
      .then((answer) => {
        it.api.token = (answer as { token: string }).token
      })
  }
  return it
}

export function launchBrowser(options: { whole?: boolean } = {}): Promise<Browser> {
  if (!existsSync(join(root, 'dist/web/index.html'))) throw new Error('Build the page first: npm run build')
  // The certificate of a test's proxy is of the suite's own making.
  return launchChromium(behind ? ['--ignore-certificate-errors'] : [], options)
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
