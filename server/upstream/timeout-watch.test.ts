import { expect, test } from 'vitest'
import { systemClock } from '../base/index.ts'
import { answerDeadlines, watchTimeouts } from './timeout-watch.ts'

test('an answer that makes progress ends at the limit for a whole answer', async () => {
  const watch = watchTimeouts({ ...answerDeadlines, totalMs: 120 }, systemClock)
  const words = setInterval(() => watch.reportBytes(true), 10)
  await expect.poll(() => watch.signal.aborted).toBe(true)
  clearInterval(words)
  watch.stop()
  expect(watch.signal.reason).toMatchObject({
    code: 'upstream_silent',
    message: expect.stringContaining('0.12 seconds'),
  })
})

test('without that limit an answer that makes progress does not end', async () => {
  const watch = watchTimeouts({ ...answerDeadlines, firstWordMs: 60, betweenWordsMs: 60 }, systemClock)
  const until = performance.now() + 250
  while (performance.now() < until) {
    watch.reportBytes(true)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  expect(watch.signal.aborted).toBe(false)
  watch.stop()
})
