import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { silentLogger, systemClock } from '../../base/index.ts'
import { createLogWriter } from './log-writer.ts'
import type { LogWriter } from './log-writer.ts'
import type { Fate } from './memory-faults.ts'
import { MemoryRunLogHub } from './memory-run-log.ts'
import type { MemoryRunLog } from './memory-run-log.ts'
import type { RunLog } from './run-log.ts'
import { sourceOf } from './source.ts'

const fence = 1000
const runId = 'run'
let hub: MemoryRunLogHub
let handle: MemoryRunLog
let fates: Fate[]
/** The operations that were sent, one line each. */
let sent: string[]
let fenced: ReturnType<typeof vi.fn<(fence: number) => void>>
let writer: LogWriter

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] })
  hub = new MemoryRunLogHub({ clock: systemClock })
  fates = []
  sent = []
  fenced = vi.fn()
  handle = hub.connect({ write: () => fates.shift() ?? 'arrives', deliversNote: () => true })
  open()
  await settle()
})
afterEach(() => {
  writer.close()
  hub.close()
  vi.useRealTimers()
})

function open(text = ''): void {
  const recorded: RunLog = {
    seize: (...args) => handle.seize(...args),
    open(runId, at, snapshot) {
      sent.push(`open ${at.seq} ${snapshot.text}`)
      return handle.open(runId, at, snapshot)
    },
    append(runId, at, words, options) {
      sent.push(`append ${at.seq} ${words.at}:${words.text}${options?.refreshExpiry ? ' refresh' : ''}`)
      return handle.append(runId, at, words, options)
    },
    read: (...args) => handle.read(...args),
    follow: (...args) => handle.follow(...args),
    retire: (...args) => handle.retire(...args),
    close: () => handle.close(),
  }
  writer = createLogWriter({
    log: recorded,
    runId,
    fence,
    starts: [[fence, text.length]],
    text,
    fenced,
    clock: systemClock,
    logger: silentLogger,
  })
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 10) {
    vi.advanceTimersByTime(Math.min(10, left))
    await settle()
  }
}

async function logged(): Promise<string | undefined> {
  const entries = await handle.read(runId)
  return entries === 'unavailable' ? undefined : sourceOf(entries)?.text
}

/** Writes text every 10 ms, and returns the number of appends. */
async function appendsIn(ms: number): Promise<number> {
  const before = sent.length
  for (let left = ms; left > 0; left -= 10) {
    writer.write('w')
    await pass(10)
  }
  return sent.length - before
}

describe('pace', () => {
  test('the log is opened at once, and the first text is sent at once', async () => {
    expect(sent).toEqual(['open 1 '])
    writer.write('first')
    expect(sent).toEqual(['open 1 ', 'append 2 0:first'])
    await settle()
    expect(writer.seq).toBe(2)
  })

  test('400 ms between appends while the log has no follower', async () => {
    expect(await appendsIn(3990)).toBe(10)
    await pass(400)
    expect(await logged()).toBe('w'.repeat(399))
  })

  test('100 ms between appends while the log has a follower', async () => {
    hub.connect().follow(runId, { note: () => {}, gap: () => {} })
    expect(await appendsIn(3990)).toBe(40)
  })

  test('the logs of runs that began at different times are written at the same ticks', async () => {
    const append = handle.append.bind(handle)
    const sentAt: number[] = []
    vi.spyOn(handle, 'append').mockImplementation((...args) => {
      sentAt.push(performance.now())
      return append(...args)
    })
    const common = { log: handle, fence, text: '', fenced, clock: systemClock, logger: silentLogger }
    const writers: LogWriter[] = []
    for (const name of ['one', 'another']) {
      const begun = createLogWriter({ ...common, runId: name, starts: [[fence, 0]] })
      writers.push(begun)
      hub.connect().follow(name, { note: () => {}, gap: () => {} })
      await pass(10)
      begun.write('first')
      await pass(40)
    }
    for (const begun of writers) begun.write('second')
    await pass(300)
    for (const begun of writers) begun.close()
    const [first = 0, second = 0, third = 0, fourth = 0.5] = sentAt
    expect([second - first, (fourth - third) % 100]).toEqual([50, 0])
  })

  test('text after a pause is sent at once', async () => {
    writer.write('a')
    await pass(1000)
    writer.write('b')
    expect(sent.at(-1)).toBe('append 3 1:b')
  })

  test('without new text, nothing is sent', async () => {
    await pass(60_000)
    writer.write('')
    expect(sent).toHaveLength(1)
    expect(vi.getTimerCount()).toBeLessThanOrEqual(1) // The timer of the hub.
  })
})

describe('rule 5', () => {
  test('rule 5: a batch is frozen when it is first sent: a retry has the same seq and the same bytes', async () => {
    fates.push('request-lost', 'answer-lost', 'answer-lost')
    writer.write('a')
    await settle()
    writer.write('b')
    await pass(3000)
    expect(new Set(sent.slice(1, 5))).toEqual(new Set(['append 2 0:a']))
    expect(sent.slice(5)).toEqual(['append 3 1:b'])
    expect(await logged()).toBe('ab')
    expect(writer.seq).toBe(3)
  })

  test('rule 5: an open is frozen too', async () => {
    writer.close()
    sent = []
    fates.push('answer-lost', 'request-lost')
    open('whole')
    await settle()
    writer.write('b')
    await pass(3000)
    expect(sent).toEqual(['open 1 whole', 'open 1 whole', 'open 1 whole', 'append 2 5:b'])
  })

  test('only one operation is in progress at a time', async () => {
    fates.push('late')
    writer.write('a')
    writer.write('b')
    writer.write('c')
    expect(sent).toHaveLength(2)
  })

  test('the pause before a retry grows, to at most a second', async () => {
    handle.setAway(true)
    writer.write('a')
    await pass(20_000)
    const tries = sent.length - 1
    expect(tries).toBeGreaterThan(20)
    expect(tries).toBeLessThan(60)
    handle.setAway(false)
    await pass(1000)
    expect(await logged()).toBe('a')
  })

  test('LOST: the log is reopened under the next seq with the whole text', async () => {
    writer.write('a')
    await pass(500)
    hub.flush()
    writer.write('b')
    await pass(50)
    expect(sent.slice(2)).toEqual(['append 3 1:b', 'open 4 ab'])
    writer.write('c')
    await pass(500)
    expect(sent.at(-1)).toBe('append 5 2:c')
    expect(await logged()).toBe('abc')
  })

  test('BEHIND: an owner with a lower fence that reopened a lost log does not stop the current owner', async () => {
    hub.flush()
    await handle.open(runId, { fence: fence - 1, seq: 9 }, { starts: [[fence - 1, 0]], text: 'zombie' })
    writer.write('a')
    await pass(50)
    expect(sent.at(-1)).toBe('open 3 a')
    expect(await logged()).toBe('a')
    expect(fenced).not.toHaveBeenCalled()
  })

  test('GAP: after a rollback of the log, it is reopened', async () => {
    const back = hub.saveState()
    writer.write('a')
    await pass(500)
    back()
    writer.write('b')
    await pass(50)
    expect(sent.at(-1)).toBe('open 4 ab')
  })

  test('after a long outage of Redis that emptied it, one open writes the whole text', async () => {
    writer.write('a')
    await pass(500)
    handle.setAway(true)
    for (let word = 0; word < 100; word++) {
      writer.write('x')
      await pass(100)
    }
    hub.flush()
    sent = []
    handle.setAway(false)
    await pass(1500)
    expect(sent).toEqual(['append 3 1:x', `open 4 a${'x'.repeat(100)}`])
    expect(await logged()).toBe(`a${'x'.repeat(100)}`)
  })
})

describe('a higher fence', () => {
  test('is reported once, and nothing more is sent', async () => {
    await handle.seize(runId, fence + 7)
    writer.write('a')
    await pass(1000)
    const count = sent.length
    writer.write('b')
    await pass(10_000)
    expect(fenced.mock.calls).toEqual([[fence + 7]])
    expect(sent).toHaveLength(count)
    await writer.flush(1000)
  })
})

describe('expiry', () => {
  test('is refreshed by the first append at least ten minutes after the last refresh', async () => {
    writer.write('a')
    await pass(100)
    vi.advanceTimersByTime(10 * 60_000)
    writer.write('b')
    await pass(500)
    writer.write('c')
    await pass(500)
    expect(sent.slice(1)).toEqual(['append 2 0:a', 'append 3 1:b refresh', 'append 4 2:c'])
  })
})

describe('flush', () => {
  /** Starts a flush. The returned function tells whether it has resolved. */
  function flushing(ms: number): () => boolean {
    let over = false
    void writer.flush(ms).then(() => (over = true))
    return () => over
  }

  test('sends the waiting text at once, and resolves when the log has it', async () => {
    writer.write('a')
    await settle()
    writer.write('b')
    await writer.flush(1000)
    expect(await logged()).toBe('ab')
  })

  test('resolves at once when there is nothing to send, and after close', async () => {
    await writer.flush(1000)
    writer.write('a')
    await settle()
    writer.write('b')
    const over = flushing(1000)
    writer.close()
    await settle()
    expect(over()).toBe(true)
    await writer.flush(1000)
  })

  test('if the log is known to be unreachable, resolves after one more attempt', async () => {
    handle.setAway(true)
    writer.write('a')
    await pass(500)
    const before = sent.length
    const over = flushing(60_000)
    await settle()
    expect(over()).toBe(true)
    expect(sent.length).toBe(before + 1)
  })

  test('resolves after the given time at the latest', async () => {
    vi.spyOn(handle, 'append').mockReturnValueOnce(new Promise(() => {}))
    writer.write('a')
    const over = flushing(700)
    await pass(690)
    expect(over()).toBe(false)
    await pass(20)
    expect(over()).toBe(true)
  })
})
