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

/**
 * Measures with the page's own clock, which starts with the navigation, because the browser driver takes time as well.
 */
const reportReadyScript = `
  new MutationObserver((_, watch) => {
    if (!document.querySelector('main form textarea')) return
    watch.disconnect()
    requestAnimationFrame(() => { globalThis.readyAt = performance.now() })
  }).observe(document, { subtree: true, childList: true })
`

/** Loads the page in a browser with an empty cache, and again in the same browser. */
export async function measureFirstLoad(server: PageFixture): Promise<Row[]> {
  const { requests, bytes, scriptBytes } = await loadOnce(server)
  const cold: number[] = []
  const warm: number[] = []
  for (let round = 0; round < rounds; round++) {
    await using visitor = await openUnwatched(server.browser, server.url, server.api.token ?? '')
    for (const visit of [cold, warm])
      visit.push((await visitor.untilReady(server.url, reportReadyScript)) / 1000)
  }
  const all = (times: number[]): string => `Best of ${times.map(seconds).join(', ')}.`
  return [
    absoluteRow('scripts', 'JavaScript of the first load, as it came over the wire', {
      measured: scriptBytes,
      max: 195_000,
      write: kilobytes,
    }),
    absoluteRow('bytes', 'all bytes of the first load', { measured: bytes, max: 400_000, write: kilobytes }),
    absoluteRow('requests', 'requests of the first load', { measured: requests, max: 25, write: String }),
    absoluteRow('cold', 'from the address to a composer that takes keys, nothing cached', {
      measured: Math.min(...cold),
      max: 0.8,
      write: seconds,
      note: all(cold),
    }),
    absoluteRow('warm', 'the same on the second visit', {
      measured: Math.min(...warm),
      max: 0.4,
      write: seconds,
      note: all(warm),
    }),
  ]
}

/** Loads the page once and returns what came over the wire until the network is idle. */
async function loadOnce(server: PageFixture): Promise<ReturnType<PageCost['loaded']>> {
  const context = await server.browser.newContext({ viewport: { width: 1280, height: 800 } })
  const { api, url } = server
  await context.addCookies([{ name: 'token', value: api.token, url, httpOnly: true }])
  const page = await context.newPage()
  const cost = await watchCost(page)
  await page.goto(url, { waitUntil: 'networkidle' })
  // Includes what the page fetches when it is idle.
  await delay(2000)
  const loaded = cost.loaded()
  await context.close()
  return loaded
}
