import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ownedRun, settled } from '../../test/support/owned-run-fixture.ts'
import { silentLogger, systemClock } from '../base/index.ts'
import { MemoryRunLogHub } from '../coordination/run-log/memory-run-log.ts'
import type { MessageMeta } from '../store/contract/chats.ts'
import { StoreError } from '../store/store.ts'
import type { ClaimedRun } from '../store/contract/runs.ts'
import { LiveRuns } from './live-runs.ts'
import type { RunSink } from './run-view.ts'

type Row = ClaimedRun & { meta: MessageMeta }
const ran: Row = { ...ownedRun().row, id: 'run', userId: 'ada', owner: 'other', fence: 1, text: '', meta: {} }
const identity = { runId: 'run', messageId: 'message', chatId: 'chat', userId: 'ada' }

interface Reader {
  text: string
  received: string[]
  leave: (() => void) | undefined
}

/** One instance, another instance that writes a run into the log, and the row of that run. */
class Trial {
  row: Row | undefined = { ...ran }
  away = false
  reads = 0
  healthy = true
  /** Resolves when the store has read a row. */
  reading: () => Promise<unknown> = settled
  readonly hub = new MemoryRunLogHub({ clock: systemClock })
  readonly other = this.hub.connect()
  readonly live: LiveRuns
  #tellEnd = (): void => {}

  constructor() {
    this.live = new LiveRuns({
      log: this.hub.connect(),
      runs: {
        readWithText: async () => {
          this.reads++
          await this.reading()
          if (this.away) throw new StoreError('unavailable', 'away')
          return this.row
        },
      },
      events: {
        listen: (_, listener) => {
          const { runId, messageId, chatId } = identity
          this.#tellEnd = () =>
            listener.event({ name: 'run.ended', runId, messageId, chatId, status: 'done' })
          return () => void (this.#tellEnd = () => {})
        },
      },
      membership: { redisHealthy: () => this.healthy, watch: () => () => {} },
      hasRedis: true,
      clock: systemClock,
      logger: silentLogger,
    })
  }

  async read(userId = 'ada'): Promise<Reader> {
    const reader: Reader = { text: '', received: [], leave: undefined }
    const sink: RunSink = {
      run: ({ keep, text }) => (reader.text = reader.text.slice(0, keep) + text),
      // Appended without a check, so that text that arrives twice shows.
      words: (_, text) => (reader.text += text),
      link: (link) => reader.received.push(link),
      phase: (phase) => reader.received.push(phase),
      end: ({ status }) => reader.received.push(status),
    }
    reader.leave = await this.live.follow('run', userId, undefined, { ...sink, opened: () => {} })
    await settled()
    return reader
  }

  /** The other instance opens the log under this fence. */
  async opens(fence: number, text: string, starts: [number, number][] = [[fence, 0]]): Promise<void> {
    await this.other.open('run', { fence, seq: 1 }, { starts, text })
    await settled()
  }

  /** The other instance writes text. Resolves with the number of instances that received it. */
  async writes(fence: number, seq: number, at: number, text: string): Promise<number> {
    const answer = await this.other.append('run', { fence, seq }, { at, text })
    await settled()
    return answer.kind === 'ok' ? answer.followers : -1
  }

  async ends(text: string): Promise<void> {
    this.row = { ...ran, status: 'done', text, saved: text.length, savedFence: 1, savedSeq: 9 }
    this.#tellEnd()
    await settled()
    await settled()
  }
}

let trial: Trial
beforeEach(() => void (trial = new Trial()))
afterEach(() => {
  trial.live.stop()
  trial.hub.close()
})

describe('a run of another instance', () => {
  test('is read from its log, and its end from the store', async () => {
    await trial.opens(1, 'One ')
    const reader = await trial.read()
    expect(await trial.writes(1, 2, 4, 'two')).toBe(1)
    expect([reader.text, trial.live.readRunIds]).toEqual(['One two', ['run']])
    await trial.ends('One two three')
    expect([reader.text, reader.received]).toEqual(['One two three', ['done']])
    expect(trial.live.peek('run')).toBeUndefined()
  })

  test('is hidden from another user, and not followed for that user', async () => {
    await trial.opens(1, 'One ')
    expect((await trial.read('eve')).leave).toBeUndefined()
    expect(await trial.writes(1, 2, 4, 'two')).toBe(0)
    await trial.read()
    expect((await trial.read('eve')).leave).toBeUndefined()
    trial.row = undefined
    expect(await trial.live.follow('unknown', 'ada', undefined, {} as never)).toBeUndefined()
  })

  test('sends nothing here once its last reader has left (P10)', async () => {
    await trial.opens(1, 'One ')
    const [first, second] = [await trial.read(), await trial.read()]
    first.leave?.()
    expect(await trial.writes(1, 2, 4, 'two')).toBe(1)
    second.leave?.()
    expect(await trial.writes(1, 3, 7, 'three')).toBe(0)
    expect([second.text, trial.live.peek('run')]).toEqual(['One two', undefined])
  })

  test('reaches a reader whose row was read just when the last other reader left', async () => {
    for (const ticks of [0, 1, 2, 3, 4]) {
      trial = new Trial()
      const { promise: bothAsked, resolve: answer } = Promise.withResolvers<void>()
      let later = 0
      trial.reading = async () => {
        const wait = later++ * ticks
        await bothAsked
        for (let tick = 0; tick < wait; tick++) await Promise.resolve()
      }
      await trial.opens(1, 'One ')
      const sink = { opened: () => {}, run: () => {} } as never
      const left = trial.live.follow('run', 'ada', undefined, sink).then((leave) => leave?.())
      const reading = trial.read()
      answer()
      const [reader] = await Promise.all([reading, left])
      await trial.writes(1, 2, 4, 'two')
      expect([ticks, reader.text]).toEqual([ticks, 'One two'])
    }
  })

  test('that moves to another owner reports it, also to a reader that attaches meanwhile', async () => {
    await trial.opens(1, 'One ')
    const first = await trial.read()
    await trial.other.seize('run', 2)
    await settled()
    const late = await trial.read()
    expect([first.received, late.received]).toEqual([['moving'], ['moving']])
    await trial.opens(2, 'One 2', [
      [1, 0],
      [2, 4],
    ])
    expect([first.received, first.text]).toEqual([['moving', 'moved'], 'One 2'])
    expect((await trial.read()).received).toEqual([])
  })

  test('ends if the store does not know it any more', async () => {
    const reader = await trial.read()
    trial.row = undefined
    trial.healthy = false
    await trial.live.poll()
    expect(reader.received).toEqual(['interrupted'])
  })

  test('is read twice at most for any number of concurrent refreshes', async () => {
    await trial.opens(1, 'One ')
    await trial.read()
    trial.healthy = false
    const before = trial.reads
    const polls = Array.from({ length: 5 }, () => trial.live.poll())
    await Promise.all(polls)
    await settled()
    await settled()
    expect(trial.reads - before).toBe(2)
  })

  test('is polled only while the log reports nothing; polling continues after the store was unreachable', async () => {
    const reader = await trial.read()
    const before = trial.reads
    await trial.live.poll()
    expect(trial.reads).toBe(before)
    trial.healthy = false
    trial.away = true
    await trial.live.poll()
    trial.away = false
    trial.row = { ...ran, text: 'One two', savedFence: 1, stop: true }
    await trial.live.poll()
    expect([reader.text, reader.received]).toEqual(['One two', ['stopping']])
  })
})

describe('a run of this instance', () => {
  test('A12: takes over readers that followed it, and shows all text once', async () => {
    await trial.opens(1, 'One ')
    const reader = await trial.read()
    const view = trial.live.showOwn(identity, {
      fence: 2,
      seq: 0,
      starts: [
        [1, 0],
        [2, 4],
      ],
      text: 'One ',
    })
    // This instance writes the log itself, so it must not follow it too.
    await trial.opens(2, 'One ', [
      [1, 0],
      [2, 4],
    ])
    view.write('two', 2)
    expect(await trial.writes(2, 2, 4, 'two')).toBe(0)
    expect([reader.text, reader.received]).toEqual(['One two', ['moved']])
  })

  test('that is lost is followed for its readers, and forgotten if it has none', async () => {
    await trial.opens(1, 'One ')
    const lost = trial.live.showOwn(identity, { fence: 1, seq: 0, starts: [[1, 0]], text: 'One ' })
    const reader = await trial.read()
    trial.live.lose(lost)
    await settled()
    await trial.writes(1, 2, 4, 'two')
    expect(reader.text).toBe('One two')
    reader.leave?.()
    trial.live.lose(trial.live.showOwn(identity, { fence: 3, seq: 0, starts: [[3, 0]], text: '' }))
    expect(trial.live.peek('run')).toBeUndefined()
  })

  test('that has ended reports it to its readers, and is forgotten', async () => {
    const view = trial.live.showOwn(identity, { fence: 1, seq: 0, starts: [[1, 0]], text: 'One' })
    const reader = await trial.read()
    trial.live.end(view, { status: 'stopped', length: 3, fence: 1 })
    expect([reader.received, trial.live.readRunIds]).toEqual([['stopped'], []])
    reader.leave?.()
    // Losing a view that was replaced must not remove the next view.
    const next = trial.live.showOwn(identity, { fence: 2, seq: 0, starts: [[2, 0]], text: '' })
    trial.live.lose(view)
    expect(trial.live.peek('run')).toBe(next.source)
  })
})
