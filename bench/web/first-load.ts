import { setTimeout as delay } from 'node:timers/promises'
import type { BrowserContext } from 'playwright-core'
import type { PageFixture } from '../../test/browser/support/page-fixture.ts'
import type { Row } from '../measure.ts'
import { kilobytes } from '../support/write-figure.ts'
import { absoluteRow } from './absolute-row.ts'
import { watchCost } from './page-cost.ts'

const rounds = 5
/** Until the browser has started the process of a new tab and taken leave of the last one. */
const restMs = 600
const seconds = (value: number): string => `${value.toFixed(2)} s`

/** A browser that has never been here, and one that has. */
export async function measureFirstLoad(server: PageFixture): Promise<Row[]> {
  const cold: number[] = []
  const warm: number[] = []
  let loaded = { requests: 0, bytes: 0, scriptBytes: 0 }
  for (let round = 0; round < rounds; round++) {
    const context = await server.browser.newContext({ viewport: { width: 1280, height: 800 } })
    const { api, url } = server
    await context.addCookies([{ name: 'token', value: api.token, url, httpOnly: true }])
    const first = await untilComposer(context, url)
    cold.push(first.seconds)
    loaded = first.loaded
    warm.push((await untilComposer(context, url)).seconds)
    await context.close()
  }
  const all = (times: number[]): string => `Best of ${times.map(seconds).join(', ')}.`
  const { requests, bytes, scriptBytes } = loaded
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

async function untilComposer(
  context: BrowserContext,
  url: string,
): Promise<{ seconds: number; loaded: { requests: number; bytes: number; scriptBytes: number } }> {
  const page = await context.newPage()
  const cost = await watchCost(page)
  // By the page's own clock, which begins with the navigation: what drives the browser takes its time too.
  await page.addInitScript(`
    const watch = new MutationObserver(() => {
      if (!document.querySelector('main form textarea')) return
      watch.disconnect()
      requestAnimationFrame(() => { globalThis.readyAt = performance.now() })
    })
    watch.observe(document, { subtree: true, childList: true })
  `)
  await delay(restMs)
  await page.goto(url, { waitUntil: 'commit' })
  // Not by a locator: it would look for the field on the page's own thread, and be measured along.
  await page.waitForLoadState('networkidle')
  const took = Number(await page.evaluate('globalThis.readyAt')) / 1000
  if (Number.isNaN(took)) throw new Error('the network came to rest and there was no composer')
  const loaded = cost.loaded()
  await page.close()
  return { seconds: took, loaded }
}
