import { setTimeout as delay } from 'node:timers/promises'
import type { PageFixture } from '../../test/browser/support/page-fixture.ts'
import type { Row } from '../measure.ts'
import { absoluteRow } from './absolute-row.ts'
import { watchCost } from './page-cost.ts'

const turns = 250
const restSeconds = 5

/** Measures opening a chat of 500 messages from the list, and then the open chat at rest. */
export async function measureLongChat(server: PageFixture): Promise<Row[]> {
  await writeChat(server)
  const page = await server.open('/')
  const cost = await watchCost(page)
  const link = page.getByRole('link', { name: 'A long chat' })
  await link.waitFor()
  await page.waitForLoadState('networkidle')
  const before = await cost.mainThreadSeconds()
  await link.click()
  await page.getByText(`Question ${turns}`, { exact: true }).waitFor()
  await delay(1000)
  const opened = await cost.mainThreadSeconds()
  await delay(restSeconds * 1000)
  const rested = (await cost.mainThreadSeconds()) - opened
  await page.context().close()
  return [
    absoluteRow(
      'long-chat',
      `CPU of the main thread to open a chat of ${turns * 2} messages, and the second after`,
      {
        measured: (opened - before) * 1000,
        max: 800,
        write: (value) => `${value.toFixed(0)} ms`,
      },
    ),
    absoluteRow('rest', `CPU of the main thread of an open chat at rest, over ${restSeconds} s`, {
      measured: (rested / restSeconds) * 100,
      max: 1,
      write: (value) => `${value.toFixed(2)} %`,
    }),
  ]
}

async function writeChat({ api }: PageFixture): Promise<void> {
  let last: { chatId: string; messageId: string } | undefined
  for (let turn = 1; turn <= turns; turn++) {
    const parent = last ? { chatId: last.chatId, parentId: last.messageId } : {}
    last = await api.startRun({ model: 'short', text: `Question ${turn}`, ...parent })
    while ((await api.call<{ items: unknown[] }>('GET', '/api/runs')).items.length > 0) await delay(5)
  }
  await api.call('PATCH', `/api/chats/${last?.chatId}`, { title: 'A long chat' })
}
