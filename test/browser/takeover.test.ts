import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { readScriptedWords } from '../support/scripted-provider.ts'
import { startPageFleet } from './support/page-fleet.ts'
import type { PageFleet } from './support/page-fleet.ts'
import { chooseModel, lastAnswer, send, waitForAnswer } from './support/page-steps.ts'

let it: PageFleet
const pages: Page[] = []

beforeAll(async () => {
  it = await startPageFleet({})
})
afterAll(() => it[Symbol.asyncDispose]())
beforeEach(async () => {
  // Long enough that the answer is still running when its owner is killed, even on a slow machine. `killOwner` then
  // sets where it ends.
  it.provider.scripts = {
    continues: { words: 5000, wordsPerSecond: 60 },
    restarts: { words: 5000, wordsPerSecond: 60, continues: 'none' },
  }
  if (it.instances.some(({ alive }) => !alive)) await it.restartAll()
})
afterEach(async () => {
  for (const page of pages.splice(0)) await page.context().close()
  expect(it.pageErrors.splice(0)).toEqual([])
})

const shownText = (page: Page): Promise<string> => lastAnswer(page).locator('.answer > .md').innerText()
const chatOf = (page: Page): string => page.url().split('/').at(-1) ?? ''
const storedText = async (chatId: string): Promise<string> =>
  (await it.api.chat(chatId)).messages.at(-1)?.text.trim() ?? ''

/** A page with a running answer whose text has reached log and store. */
async function openAnswering(model: string): Promise<Page> {
  const page = await it.open()
  pages.push(page)
  await chooseModel(page, model)
  await send(page, `Outlive your server, ${model}`)
  await page.waitForURL(/\/c\//)
  await expect.poll(async () => (await shownText(page)).length, { timeout: 20_000 }).toBeGreaterThan(600)
  return page
}

/** Kills the instance that writes this answer, and makes the answer end soon after the takeover. */
async function killOwner(page: Page): Promise<void> {
  const owner = await it.ownerOf(chatOf(page))
  const words = readScriptedWords(await shownText(page)).words + 200
  for (const script of Object.values(it.provider.scripts))
    Object.assign(script, { words, wordsPerSecond: 100 })
  owner.kill('SIGKILL')
  await owner.exited()
}

/** Records the states of an answer that moves to another server, as the page shows them. */
async function watchLink(page: Page): Promise<() => Promise<{ what: string; at: number }[]>> {
  await page.evaluate(() => {
    const seen: { what: string; at: number }[] = []
    Object.assign(window, { seen })
    const record = (): void => {
      const notes = [...document.querySelectorAll('output')].map((note) => note.textContent)
      const now = [
        document.querySelector('.answer[data-link="moving"]') ? 'hollow' : 'full',
        ...notes.filter((note) => /server|delayed/i.test(note)),
      ].join(', ')
      if (seen.at(-1)?.what !== now) seen.push({ what: now, at: Date.now() })
    }
    record()
    new MutationObserver(record).observe(document.body, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ['data-link'],
    })
  })
  return () => page.evaluate(() => (window as unknown as { seen: { what: string; at: number }[] }).seen)
}

test('7, 38: the owning instance is killed: both readers see the answer move, no word is lost or doubled', async () => {
  const asker = await openAnswering('continues')
  const chatId = chatOf(asker)
  const owner = await it.ownerOf(chatId)
  // The other tab reads from the instance that will take over.
  it.targets = () => it.instances.filter(({ url }) => url !== owner.url).map(({ url }) => url)
  const reader = await it.open(`/c/${chatId}`, { beside: asker.context() })
  await expect.poll(async () => (await shownText(reader)).length, { timeout: 20_000 }).toBeGreaterThan(600)
  const seenBy = { asker: await watchLink(asker), reader: await watchLink(reader) }
  const shown = { asker: await shownText(asker), reader: await shownText(reader) }

  const killedAt = Date.now()
  await killOwner(asker)
  for (const [name, page] of Object.entries({ asker, reader }) as ['asker' | 'reader', Page][]) {
    await expect
      .poll(async () => (await seenBy[name]()).map(({ what }) => what).join('\n'), { timeout: 20_000 })
      .toMatch(/hollow, Moving to another server…[^]*full, Moved to another server/)
    await expect
      .poll(async () => (await shownText(page)).length, { timeout: 20_000 })
      .toBeGreaterThan(shown[name].length + 50)
    const seen = await seenBy[name]()
    console.log(
      `behaviour 38, ${name}: ${seen.map(({ what, at }) => `${what} after ${at - killedAt} ms`).join('; ')}`,
    )
  }
  for (const page of [asker, reader]) {
    await waitForAnswer(page)
    const stored = await storedText(chatId)
    await expect.poll(() => shownText(page), { timeout: 10_000 }).toBe(stored)
    expect(
      readScriptedWords(stored, it.provider.scripts['continues']?.words as number).problem,
    ).toBeUndefined()
    expect(await page.locator('[data-message]').count()).toBe(2)
  }
})

test('37: a reload during an answer may reach any instance, also while the answer has no owner', async () => {
  const page = await openAnswering('continues')
  const chatId = chatOf(page)
  await page.reload()
  await expect.poll(async () => (await shownText(page)).length, { timeout: 20_000 }).toBeGreaterThan(600)
  await killOwner(page)
  await page.reload()
  await expect.poll(async () => (await shownText(page)).length, { timeout: 20_000 }).toBeGreaterThan(600)
  await waitForAnswer(page)
  const stored = await storedText(chatId)
  await expect.poll(() => shownText(page), { timeout: 10_000 }).toBe(stored)
  expect(readScriptedWords(stored, it.provider.scripts['continues']?.words as number).problem).toBeUndefined()
})

test('an answer that cannot be resumed is regenerated, and the previous version is kept', async () => {
  const page = await openAnswering('restarts')
  const before = await shownText(page)
  await killOwner(page)
  await page.getByText('Regenerated').waitFor({ timeout: 20_000 })
  const show = page.getByRole('button', { name: /^(show|hide) previous$/ })
  await show.click()
  expect(await show.getAttribute('aria-expanded')).toBe('true')
  const first = page.locator(`#${await show.getAttribute('aria-controls')}`)
  // The previous version appears at once and stays open when the answer ends.
  await expect.poll(() => first.textContent(), { timeout: 10_000 }).toContain(before.slice(0, 60))
  await waitForAnswer(page)
  expect(await first.textContent()).toContain(before.slice(0, 60))
  await expect.poll(() => shownText(page), { timeout: 10_000 }).toBe(await storedText(chatOf(page)))
})

test('with the policy "interrupt" the text is kept, the page says so, and Continue resumes the answer', async () => {
  await it.restartAll({ RUN_TAKEOVER_POLICY: 'interrupt' })
  const page = await openAnswering('restarts')
  const before = await shownText(page)
  await killOwner(page)
  await waitForAnswer(page, 'interrupted')
  const problem = lastAnswer(page).getByText('The answer was interrupted. The text so far is saved.')
  await problem.waitFor()
  const kept = await storedText(chatOf(page))
  expect(await shownText(page)).toBe(kept)
  // Text that only this page had received may be lost: at most the text between two entries of the log.
  const both = Math.min(kept.length, before.length)
  expect(both).toBeGreaterThan(300)
  expect(kept.slice(0, both)).toBe(before.slice(0, both))
  await lastAnswer(page).getByRole('button', { name: 'Continue', exact: true }).first().click()
  await problem.waitFor({ state: 'detached' })
  await waitForAnswer(page)
  const stored = await storedText(chatOf(page))
  expect(stored.length).toBeGreaterThan(kept.length)
  await expect.poll(() => shownText(page), { timeout: 10_000 }).toBe(stored)
})
