import type { PageFixture } from '../../test/browser/support/page-fixture.ts'
import { chooseModel } from '../../test/browser/support/page-steps.ts'
import { benchSource } from '../../test/support/bench-source.ts'
import type { Row } from '../measure.ts'
import { absoluteRow } from './absolute-row.ts'
import { watchCost } from './page-cost.ts'

const words = 2000
const wordsPerSecond = 500
const rounds = 5
const seconds = (value: number): string => `${value.toFixed(2)} s`

/** Streams an answer of 2,000 words with all elements of Markdown at 500 words a second. */
export async function measureStreaming(server: PageFixture): Promise<Row[]> {
  const once = benchSource.split(/(?<=\s)(?=\S)/)
  const text = Array.from({ length: Math.ceil(words / once.length) }, () => [...once, '\n\n'])
    .flat()
    .slice(0, words)
  server.provider.scripts['stream'] = { words: text, wordsPerSecond }
  const answers: StreamedAnswer[] = []
  for (let round = 0; round < rounds; round++) answers.push(await streamAnswer(server))
  const cpu = answers.map((it) => it.cpuSeconds)
  return [
    absoluteRow(
      'stream/cpu',
      `CPU of the main thread over ${words} words of Markdown at ${wordsPerSecond} words/s`,
      {
        measured: Math.min(...cpu),
        max: 1.2,
        write: seconds,
        note: `Best of ${cpu.map(seconds).join(', ')}.`,
      },
    ),
    absoluteRow('stream/shift', 'layout shift over that answer, the worst of all rounds', {
      measured: Math.max(...answers.map((it) => it.shift)),
      max: 0.02,
      write: (value) => value.toFixed(3),
    }),
    absoluteRow('stream/end', 'shown as finished, after the source had ended, the slowest of all rounds', {
      measured: Math.max(...answers.map((it) => it.finishedAfterSeconds)),
      max: 0.3,
      write: seconds,
    }),
    absoluteRow('stream/wire', 'bytes over the socket per byte of text, before compression', {
      measured: Math.max(...answers.map((it) => it.socketBytes)) / Buffer.byteLength(text.join('')),
      max: 3,
      write: (value) => value.toFixed(2),
    }),
  ]
}

interface StreamedAnswer {
  /** CPU seconds of the main thread during the answer. */
  cpuSeconds: number
  /** The sum of layout shifts, as the browser reports them. */
  shift: number
  /** Time from the source's last word until the page shows the answer as done. */
  finishedAfterSeconds: number
  socketBytes: number
}

async function streamAnswer(server: PageFixture): Promise<StreamedAnswer> {
  const page = await server.open('/')
  const cost = await watchCost(page)
  await chooseModel(page, 'stream')
  await page.evaluate(`
    globalThis.shift = 0
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.shift += entry.value
    }).observe({ type: 'layout-shift', buffered: false })
    globalThis.ended = new Promise((resolve) => new MutationObserver((_, observer) => {
      if (!document.querySelector('[data-message=assistant][data-status=done]')) return
      observer.disconnect()
      resolve(Date.now())
    }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-status'] }))
    undefined
  `)
  const field = page.getByRole('textbox', { name: 'Message' })
  await field.fill('Everything that Markdown has')
  const [cpu, bytes] = [await cost.mainThreadSeconds(), cost.socketBytes()]
  await field.press('Enter')
  // Waits with a promise in the page: a locator would poll in every frame, which would be measured as well.
  const endedAt = Number(await page.evaluate('globalThis.ended'))
  const cpuSeconds = (await cost.mainThreadSeconds()) - cpu
  const socketBytes = cost.socketBytes() - bytes
  const shift = Number(await page.evaluate('globalThis.shift'))
  const sourceEnded = Math.max(...server.provider.calls.map((call) => call.endedAt ?? 0))
  await page.context().close()
  return { cpuSeconds, shift, finishedAfterSeconds: (endedAt - sourceEnded) / 1000, socketBytes }
}
