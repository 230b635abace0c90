import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { sleep } from './clock.ts'

test('a finished sleep leaves no listener on its signal, and an aborted signal ends a sleep at once', async () => {
  const page = new AbortController()
  await sleep(1, page.signal)
  expect(getEventListeners(page.signal, 'abort')).toEqual([])
  const waiting = sleep(60_000, page.signal)
  page.abort()
  await waiting
  await sleep(60_000, page.signal)
})
