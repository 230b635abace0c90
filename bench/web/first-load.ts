import { setTimeout as delay } from 'node:timers/promises'
import type { PageFixture } from '../../test/browser/support/page-fixture.ts'
import type { Row } from '../measure.ts'
import { kilobytes } from '../support/write-figure.ts'
import { absoluteRow } from './absolute-row.ts'
import { watchCost } from './page-cost.ts'
import type { PageCost } from './page-cost.ts'
import { openUnwatched } from './unwatched-page.ts'

const rounds = 5
const seconds = (value: number): string => `${value.toFixed(2)} s`

/** By the page's own clock, which begins with the navigation: what drives the browser takes its time too. */
const tellWhenReady = `
  new MutationObserver((_, watch) => {
    if (!document.querySelector('main form textarea')) return
    watch.disconnect()
    requestAnimationFrame(() => { globalThis.readyAt = performance.now() })
  }).observe(document, { subtree: true, childList: true })
`

/** A browser that has never been here, and one that has. */
export async function measureFirstLoad(server: PageFixture): Promise<Row[]> {
  const { requests, bytes, scriptBytes } = await loadOnce(server)
  const cold: number[] = []
  const warm: number[] = []
  for (let round = 0; round < rounds; round++) {
    await using visitor = await openUnwatched(server.browser, server.url, server.api.token ?? '')
    for (const visit of [cold, warm]) visit.push((await visitor.untilReady(server.url, tellWhenReady)) / 1000)
  }
  const all = (times: number[]): string => `Best of ${times.map(seconds).join(', ')}.`
  return [
    absoluteRow('scripts', 'JavaScript of the first load, as it came over the wire', {
      measured: scriptBytes,
      most: 195_000,
      write: kilobytes,
    }),
    absoluteRow('bytes', 'all bytes of the first load', { measured: bytes, most: 400_000, write: kilobytes }),
    absoluteRow('requests', 'requests of the first load', { measured: requests, most: 25, write: String }),
    absoluteRow('cold', 'from the address to a composer that takes keys, nothing cached', {
      measured: Math.min(...cold),
      most: 0.8,
      write: seconds,
      note: all(cold),
    }),
    absoluteRow('warm', 'the same on the second visit', {
      measured: Math.min(...warm),
      most: 0.4,
      write: seconds,
      note: all(warm),
    }),
  ]
}

/** What comes over the wire until the network is at rest. */
async function loadOnce(server: PageFixture): Promise<ReturnType<PageCost['loaded']>> {
  const context = await server.browser.newContext({ viewport: { width: 1280, height: 800 } })
  const { api, url } = server
  await context.addCookies([{ name: 'token', value: api.token, url, httpOnly: true }])
  const page = await context.newPage()
  const cost = await watchCost(page)
  await page.goto(url, { waitUntil: 'networkidle' })
  // What the page fetches when it has nothing better to do belongs to it.
  await delay(2000)
  const loaded = cost.loaded()
  await context.close()
  return loaded
}
