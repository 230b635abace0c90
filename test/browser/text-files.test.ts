import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startPage } from './support/page-fixture.ts'
import type { PageFixture } from './support/page-fixture.ts'

let it: PageFixture
let folder: Awaited<ReturnType<typeof temporaryFolder>>

beforeAll(async () => {
  it = await startPage({ fast: { words: 20 } })
  folder = await temporaryFolder('text-files')
})
afterAll(async () => {
  await it[Symbol.asyncDispose]()
  await folder.remove()
  expect(it.pageErrors).toEqual([])
})

/** Drags files over a point of the page and drops them there, as a user would. */
async function drop(page: Page, files: string[], { x, y }: { x: number; y: number }): Promise<void> {
  const client = await page.context().newCDPSession(page)
  const data = { items: [], files, dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await client.send('Input.dispatchDragEvent', { type, x, y, data })
  await client.detach()
}

async function writeTestFile(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder.path, name)
  await writeFile(path, content)
  return path
}

const field = (page: Page): ReturnType<Page['getByRole']> => page.getByRole('textbox', { name: 'Message' })

test('files dropped anywhere are added to the message as text; other files are refused, and the page stays', async () => {
  const page = await it.open('/')
  await field(page).fill('Look at this:')
  const code = await writeTestFile('sum.ts', 'export const sum = 1 + 1\n')
  const notes = await writeTestFile('notes.txt', 'Three words here\n')
  const picture = await writeTestFile('photo.png', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0]))
  await drop(page, [picture, code, notes], { x: 700, y: 700 })
  const whole = 'Look at this:\n\nsum.ts:\n```ts\nexport const sum = 1 + 1\n```\n\nThree words here'
  await expect.poll(() => field(page).inputValue()).toBe(whole)
  await page.getByRole('alert').getByText('photo.png is not a text file.').waitFor()
  expect(page.context().pages()).toHaveLength(1)
  expect(page.url()).toBe(`${it.url}/`)
  await page.keyboard.press('Control+z')
  await expect.poll(() => field(page).inputValue()).toBe('Look at this:')
  expect(await page.getByRole('alert').count()).toBe(0)
  await page.context().close()
})

test('a file dropped on the field itself is not opened in its place', async () => {
  const page = await it.open('/')
  const box = (await field(page).boundingBox())!
  const notes = await writeTestFile('again.md', '# Title\n')
  await drop(page, [notes], { x: box.x + 20, y: box.y + 10 })
  await expect.poll(() => field(page).inputValue()).toBe('# Title')
  expect(page.context().pages()).toHaveLength(1)
  await page.context().close()
})
