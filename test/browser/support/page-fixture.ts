import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { ApiClient } from '../../support/api-client.ts'
import { launchChromium } from '../../support/chromium.ts'
import type { Script, ScriptedProvider } from '../../support/scripted-provider.ts'
import { behind, startPageServer } from './page-server.ts'

const root = join(import.meta.dirname, '../../..')

/**
 * The built page on a real instance with a scripted provider, in a real browser; behind a proxy if SHOAL_TEST_BEHIND is
 * set.
 */
export interface PageFixture extends AsyncDisposable {
  /** The address that the browser sees. */
  url: string
  provider: ScriptedProvider
  browser: Browser
  api: ApiClient
  /** The errors of all pages: policy violations, script errors, requests to other hosts. */
  pageErrors: string[]
  /** Opens a page at a path, signed in unless `signedIn` is false. */
  open: (path?: string, options?: OpenOptions) => Promise<Page>
  /** Kills the server of the page and starts it again at the same address. */
  restart: () => Promise<void>
}

export interface OpenOptions extends BrowserContextOptions {
  signedIn?: boolean
  /** The content of localStorage before the page loads. */
  stored?: Record<string, string>
  /** Opens the page as another tab of this browser. */
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
    pageErrors: [],
    open: (path, options) => openPage(it, path, options),
    restart: () => server.restart(),
    async [Symbol.asyncDispose]() {
      await browser.close()
      await server[Symbol.asyncDispose]()
    },
  }
  // As the page itself would send it: not every proxy forwards the scheme and host of a request.
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
  // The test’s proxy uses a self-made certificate.
  return launchChromium(behind ? ['--ignore-certificate-errors'] : [], options)
}

/** Opens the page of a server as the user whose token `api` has, and records its errors. */
export async function openPage(
  server: { url: string; browser: Browser; api: ApiClient; pageErrors: string[] },
  path = '/',
  { signedIn = true, beside, stored, ...options }: OpenOptions = {},
): Promise<Page> {
  const { url, browser, api, pageErrors } = server
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
  await recordErrors(page, url, pageErrors)
  await page.goto(url + path)
  return page
}

async function recordErrors(page: Page, url: string, pageErrors: string[]): Promise<void> {
  await page.addInitScript(
    "document.addEventListener('securitypolicyviolation', (event) => console.error('policy: ' + " +
      "[event.violatedDirective, event.blockedURI, event.sample].join(' ')))",
  )
  page.on('console', (message) => {
    if (/^policy:|Refused to|Content Security Policy|Trusted/.test(message.text()))
      pageErrors.push(message.text())
  })
  page.on('pageerror', (error) => pageErrors.push(`fault: ${error.message}`))
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url())
    if (/^https?:$/.test(protocol) && origin !== url) pageErrors.push(`foreign request: ${request.url()}`)
  })
}
