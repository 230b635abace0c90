import { pino } from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { silentLogger, systemClock } from '../base/index.ts'
import { DeliveryTicker } from './delivery-ticker.ts'

const gatherMs = 30

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

test('callbacks that are added at different times run at the same tick, after half of gatherMs at least', () => {
  const ticker = new DeliveryTicker(gatherMs, { clock: systemClock, logger: silentLogger })
  for (let begin = 0; begin < gatherMs; begin += 7) {
    const asked = performance.now()
    const called: number[] = []
    ticker.onNextTick(() => called.push(performance.now()))
    vi.advanceTimersByTime(10)
    ticker.onNextTick(() => called.push(performance.now()))
    vi.advanceTimersByTime(2 * gatherMs)
    const [first = 0, second] = called
    expect(called).toHaveLength(2)
    expect(second).toBe(first)
    expect(first - asked).toBeGreaterThanOrEqual(gatherMs / 2)
    expect(first - asked).toBeLessThanOrEqual(1.5 * gatherMs + 1)
    vi.advanceTimersByTime(7)
  }
})

test('a callback that is added during a tick waits for the next tick', () => {
  const ticker = new DeliveryTicker(gatherMs, { clock: systemClock, logger: silentLogger })
  const called: number[] = []
  const again = (): void => {
    called.push(performance.now())
    ticker.onNextTick(again)
  }
  ticker.onNextTick(again)
  vi.advanceTimersByTime(1000)
  const pauses = called.slice(1).map((at, index) => at - (called[index] ?? 0))
  expect(called.length).toBeGreaterThan(30)
  for (const pause of pauses) expect(Math.abs(pause - gatherMs)).toBeLessThanOrEqual(1)
})

test('a failure of one run is logged and does not affect the others (P13)', () => {
  const lines: string[] = []
  const logger = pino({}, { write: (line) => void lines.push(line) })
  const ticker = new DeliveryTicker(gatherMs, { clock: systemClock, logger })
  const called: string[] = []
  ticker.onNextTick(() => {
    throw new Error('broken on purpose')
  })
  ticker.onNextTick(() => called.push('the other'))
  vi.advanceTimersByTime(2 * gatherMs)
  expect(called).toEqual(['the other'])
  expect(lines.join()).toContain('broken on purpose')
})
