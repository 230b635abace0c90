import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { launchChromium } from '../../support/chromium.ts'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { build } from 'vite'

/** The policy that the application sends with its page: no HTML from strings, and no requests to other hosts. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ')

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.woff2': 'font/woff2',
}

export interface HarnessPage {
  open: (options?: BrowserContextOptions) => Promise<Page>
  close: () => Promise<void>
  origin: string
}

async function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname)
    readFile(join(folder, path === '/' ? 'harness.html' : path)).then(
      (body) => {
        const type = types[path === '/' ? '.html' : extname(path)] ?? 'application/octet-stream'
        response.writeHead(200, { 'content-type': type, 'content-security-policy': policy }).end(body)
      },
      () => response.writeHead(path === '/favicon.ico' ? 204 : 404).end(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

/** Builds the harness page, serves it under the production policy, and opens it in Chromium. */
export async function startHarness(): Promise<HarnessPage> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-markdown-'))
  await build({
    configFile: join(import.meta.dirname, './harness/vite.config.ts'),
    build: { outDir: folder, emptyOutDir: true },
  })
  const server = await serve(folder)
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const browser: Browser = await launchChromium(['--font-render-hinting=none'])
  return {
    origin,
    async open(options = {}) {
      const context = await browser.newContext({ viewport: { width: 1000, height: 900 }, ...options })
      await context.addInitScript(`
        Object.assign(window, { ran: 0, pwn: () => window.ran++, violations: [] })
        document.addEventListener('securitypolicyviolation', (event) => {
          window.violations.push([event.effectiveDirective, event.blockedURI, event.sample].join(' '))
        })
      `)
      const page = await context.newPage()
      await page.goto(origin)
      await page.waitForFunction(() => 'harness' in globalThis)
      return page
    },
    async close() {
      await browser.close()
      server.closeAllConnections()
      server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
