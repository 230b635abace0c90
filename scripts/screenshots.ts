// `node scripts/screenshots.ts [name…]`: takes the screenshots in docs/screenshots from the built page on real
// instances.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { startPage, phone } from '../test/browser/support/page-fixture.ts'
import type { PageFixture } from '../test/browser/support/page-fixture.ts'
import { startPageFleet } from '../test/browser/support/page-fleet.ts'
import type { PageFleet } from '../test/browser/support/page-fleet.ts'
import { ensureSystemPackages } from './system-packages.ts'
import { smallPng } from './screenshots/small-png.ts'
import { longAnswer, longProse, otherChats, question } from './screenshots/shown-chats.ts'

const folder = join(import.meta.dirname, '../docs/screenshots')
const maxBytes = 80_000
const desktop = { viewport: { width: 1280, height: 800 } }
const views: Record<string, BrowserContextOptions> = {
  light: { ...desktop, colorScheme: 'light' },
  dark: { ...desktop, colorScheme: 'dark' },
  phone: { ...phone, colorScheme: 'light' },
}
const models = { words: 'sonar-70b', slow: 'sonar-70b-slow', refuses: 'tern-mini' }

if (!ensureSystemPackages('servers', 'certificates', 'nginx', 'browser')) process.exit(69)
const wanted = process.argv.slice(2)
const isRequested = (name: string): boolean => wanted.length === 0 || wanted.includes(name)
mkdirSync(folder, { recursive: true })

/** Takes a screenshot after fonts have loaded and animations have ended, and saves it with a palette. */
async function takeScreenshot(page: Page, name: string, view: string): Promise<void> {
  // Must be a function: the page's content security policy does not allow evaluating a string.
  await page
    .waitForFunction(
      () =>
        document.fonts.status === 'loaded' &&
        document
          .getAnimations()
          .every((it) => it.playState !== 'running' || it.effect?.getTiming().iterations === Infinity),
      undefined,
      { timeout: 3000 },
    )
    .catch(() => console.warn(`${name}-${view}: an animation is still running`))
  const path = join(folder, `${name}-${view}.png`)
  const png = smallPng(await page.screenshot())
  if (png.length > maxBytes) throw new Error(`${name}-${view}.png has ${png.length} bytes`)
  writeFileSync(path, png)
  console.log(`${name}-${view}.png ${(png.length / 1000).toFixed(0)} kB`)
}

type Server = Pick<PageFixture, 'open'>

interface Picture {
  path?: string
  signedIn?: boolean
  stored?: Record<string, string>
  prepare: (page: Page) => Promise<unknown>
}

async function takeInAllViews(server: Server, name: string, picture: Picture): Promise<void> {
  if (!isRequested(name)) return
  const { path = '/', prepare, ...how } = picture
  for (const [view, options] of Object.entries(views)) {
    const page = await server.open(path, { ...options, ...how })
    await prepare(page)
    await takeScreenshot(page, name, view)
    await page.context().close()
  }
}

const messageField = (page: Page): Promise<void> => page.getByRole('textbox', { name: 'Message' }).waitFor()

/**
 * Starts an answer through the API; resolves with the chat's path when it has begun or, with `wait`, when it is
 * complete.
 */
async function startAnswer(
  { api }: Pick<PageFixture, 'api'>,
  { model, text, title, wait }: { model: string; text: string; title: string; wait: boolean },
): Promise<string> {
  const { chatId } = await api.startRun({ model, text })
  await api.call('PATCH', `/api/chats/${chatId}`, { title })
  const maxTries = wait ? 300 : 0
  for (let tries = 0; tries < maxTries; tries++) {
    if ((await api.chat(chatId)).messages.at(-1)?.status !== 'running') break
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return `/c/${chatId}`
}

async function firstRun(): Promise<void> {
  if (!isRequested('first-run')) return
  const env = { OPENAI_API_BASE_URL: '', OPENAI_API_KEY: '', OLLAMA_BASE_URL: '' }
  await using alone = await startPage({}, { env })
  await takeInAllViews(alone, 'first-run', {
    stored: { 'shoal:first-run': 'open' },
    prepare: (page) => page.getByRole('region', { name: 'Ollama' }).waitFor(),
  })
}

async function stillPages(fleet: PageFleet): Promise<void> {
  await takeInAllViews(fleet, 'sign-in', {
    signedIn: false,
    prepare: (page) => page.getByLabel('Password').waitFor(),
  })
  await takeInAllViews(fleet, 'empty', { prepare: messageField })
  await takeInAllViews(fleet, 'search', {
    async prepare(page) {
      await messageField(page)
      const field = page.getByRole('searchbox', { name: 'Search titles and messages' })
      if ((await field.count()) === 0) await page.getByRole('button', { name: 'Chats' }).click()
      await field.fill('shared place')
      await page.locator('mark').first().waitFor()
    },
  })
  await takeInAllViews(fleet, 'account', {
    path: '/account',
    prepare: (page) => page.getByText('backup script').waitFor(),
  })
  await takeInAllViews(fleet, 'connections', {
    path: '/connections',
    prepare: (page) => page.getByRole('button', { name: 'Test connection' }).first().waitFor(),
  })
}

async function chatPages(fleet: PageFleet): Promise<void> {
  const title = 'Counting sign-ins over five servers'
  const long = await startAnswer(fleet, { model: models.words, text: question, title, wait: true })
  const failed = await startAnswer(fleet, {
    model: models.refuses,
    text: 'Translate the attached minutes, please.',
    title: 'Minutes in English',
    wait: true,
  })
  await takeInAllViews(fleet, 'error', {
    path: failed,
    prepare: (page) => page.getByRole('alert').first().waitFor(),
  })
  await takeInAllViews(fleet, 'long-answer', {
    path: long,
    async prepare(page) {
      await page.locator('.katex').first().waitFor()
      await page
        .locator('pre .hljs-keyword, pre [class*="keyword"]')
        .first()
        .waitFor()
        .catch(() => undefined)
      await page
        .locator('.katex-display, .md-formula')
        .first()
        .scrollIntoViewIfNeeded()
        .catch(() => undefined)
    },
  })
  for (const [view, options] of Object.entries(views)) {
    if (!isRequested('streaming')) break
    const path = await startAnswer(fleet, { model: models.slow, text: question, title, wait: false })
    const page = await fleet.open(path, options)
    await page.locator('.answer table, .answer pre').first().waitFor()
    await takeScreenshot(page, 'streaming', view)
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.context().close()
  }
}

/** Kills the owner of an answer for real, and takes a screenshot of each view. */
async function takeover(fleet: PageFleet): Promise<void> {
  if (!isRequested('takeover')) return
  fleet.provider.scripts[models.slow] = { words: longProse, wordsPerSecond: 40 }
  const path = await startAnswer(fleet, {
    model: models.slow,
    text: 'What happens to an answer when its server dies?',
    title: 'When a server dies',
    wait: false,
  })
  const pages: [string, Page][] = []
  for (const [view, options] of Object.entries(views)) pages.push([view, await fleet.open(path, options)])
  for (const [, page] of pages) await page.locator('.answer .md p').nth(1).waitFor()
  const owner = await fleet.ownerOf(path.split('/').at(-1) ?? '')
  owner.kill('SIGKILL')
  await Promise.all(
    pages.map(async ([view, page]) => {
      await page.getByText('Moved to another server').waitFor({ timeout: 30_000 })
      await takeScreenshot(page, 'takeover', view)
    }),
  )
}

await firstRun()
await using fleet = await startPageFleet({
  [models.words]: { words: longAnswer.split(/(?<= )/) },
  [models.slow]: { words: longAnswer.split(/(?<= )/), wordsPerSecond: 60 },
  [models.refuses]: {
    refuse: { status: 401, body: { error: { message: 'Incorrect API key provided: sk-…w3Qd.' } } },
  },
})
await fleet.api.call('PATCH', '/api/account', { name: 'Ada Lovelace' })
await fleet.api.call('POST', '/api/account/api-keys', { name: 'backup script' })
for (const title of otherChats)
  await startAnswer(fleet, { model: models.words, text: title, title, wait: true })
await stillPages(fleet)
await chatPages(fleet)
await takeover(fleet)
