import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { sleep } from './clock.ts'

test('a wait that is over leaves nothing at its signal, and an aborted signal ends it at once', async () => {
  const page = new AbortController()
  await sleep(1, page.signal)
  expect(getEventListeners(page.signal, 'abort')).toEqual([])
  const waiting = sleep(60_000, page.signal)
  page.abort()
  await waiting
  await sleep(60_000, page.signal)
})
