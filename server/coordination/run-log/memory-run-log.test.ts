import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../base/index.ts'
import { seededFaults } from './memory-faults.ts'
import type { Fate } from './memory-faults.ts'
import { MemoryRunLogHub } from './memory-run-log.ts'
import type { Starts } from './run-log.ts'

const starts: Starts = [[5, 0]]
const snapshot = { starts, text: 'a' }
let hub: MemoryRunLogHub

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  hub = new MemoryRunLogHub({ clock: systemClock })
})
afterEach(() => {
  hub.close()
  vi.useRealTimers()
})

test('a retired log is deleted within two minutes, with its timer', async () => {
  const log = hub.connect()
  await log.open('run', { fence: 5, seq: 1 }, snapshot)
  vi.advanceTimersByTime(10 * 60_000)
  expect(hub.size).toBe(1)
  await log.retire('run')
  vi.advanceTimersByTime(30_000)
  expect(await log.read('run')).toHaveLength(1)
  vi.advanceTimersByTime(90_000)
  expect(hub.size).toBe(0)
  expect(vi.getTimerCount()).toBe(0)
})

test('a log that was not retired expires after a day; an append with refreshExpiry extends it by a day', async () => {
  const log = hub.connect()
  const hour = 60 * 60_000
  await log.open('run', { fence: 5, seq: 1 }, snapshot)
  vi.advanceTimersByTime(20 * hour)
  await log.append('run', { fence: 5, seq: 2 }, { at: 1, text: 'b' }, { refreshExpiry: true })
  vi.advanceTimersByTime(20 * hour)
  expect(await log.append('run', { fence: 5, seq: 3 }, { at: 2, text: 'c' })).toMatchObject({ kind: 'ok' })
  vi.advanceTimersByTime(5 * hour)
  expect(await log.append('run', { fence: 5, seq: 4 }, { at: 3, text: 'd' })).toEqual({ kind: 'lost' })
  expect(hub.size).toBe(0)
})

test('a write can be lost, can lose its answer, or can arrive late', async () => {
  const fates: Fate[] = ['request-lost', 'answer-lost', 'late', 'arrives']
  const log = hub.connect({ write: () => fates.shift() ?? 'arrives', deliversNote: () => true })
  await log.open('run', { fence: 5, seq: 1 }, snapshot)
  expect(await log.read('run')).toEqual([])
  const answer = await log.open('run', { fence: 5, seq: 1 }, snapshot)
  expect(answer).toEqual({ kind: 'unavailable', reason: expect.stringContaining('lost') })
  expect(await log.read('run')).toHaveLength(1)
  await log.append('run', { fence: 5, seq: 2 }, { at: 1, text: 'b' })
  expect([hub.late, (await log.read('run')).length]).toEqual([1, 1])
  hub.deliverLate()
  expect([hub.late, (await log.read('run')).length]).toEqual([0, 2])
})

test('a rollback restores an earlier state, any number of times', async () => {
  const log = hub.connect()
  await log.open('run', { fence: 5, seq: 1 }, snapshot)
  const back = hub.saveState()
  for (let times = 0; times < 2; times++) {
    await log.append('run', { fence: 5, seq: 2 }, { at: 1, text: 'b' })
    expect(await log.read('run')).toHaveLength(2)
    back()
    expect(await log.read('run')).toHaveLength(1)
  }
})

test('a closed handle receives no notes and writes nothing', async () => {
  const log = hub.connect()
  const other = hub.connect()
  const note = vi.fn()
  other.follow('run', { note, gap: () => {} })
  await other.close()
  expect(await log.open('run', { fence: 5, seq: 1 }, snapshot)).toEqual({ kind: 'ok', followers: 0 })
  expect((await other.seize('run', 6)).kind).toBe('unavailable')
  expect(note).not.toHaveBeenCalled()
})

test('seeded faults are the same for the same seed, and have the requested shares', () => {
  const rates = { requestLost: 0.1, answerLost: 0.2, late: 0.3, noteLost: 0.5 }
  const drawn = (seed: number) => {
    const faults = seededFaults(seed, rates)
    return Array.from({ length: 2000 }, () => faults.write())
  }
  expect(drawn(7)).toEqual(drawn(7))
  expect(drawn(7)).not.toEqual(drawn(8))
  const share = (fate: Fate) => drawn(7).filter((one) => one === fate).length / 2000
  expect(share('request-lost')).toBeCloseTo(0.1, 1)
  expect(share('answer-lost')).toBeCloseTo(0.2, 1)
  expect(share('late')).toBeCloseTo(0.3, 1)
})
