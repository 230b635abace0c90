import { beforeEach, describe, expect, test } from 'vitest'
import { ManualTicker, settled } from '../../test/support/owned-run-fixture.ts'
import { RunDelivery } from './run-delivery.ts'
import { UnsavedText } from './unsaved-text.ts'

const limits = { saveUnits: 10, pauseUnits: 20 }

class Trial {
  /** The pieces that a reader on this instance was shown, each with the seq of the log. */
  shown: [string, number][] = []
  logged: string[] = []
  savesAsked = 0
  readers = 1
  text = ''
  silent = false
  readonly read = new ManualTicker()
  readonly unread = new ManualTicker()
  readonly unsaved = new UnsavedText({ text: '', saved: 0, replacesSaved: false })
  readonly delivery: RunDelivery
  #confirmed = Promise.withResolvers<void>()

  constructor() {
    const readers = (): number => this.readers
    const text = (): string => this.text
    this.delivery = new RunDelivery({
      view: {
        get readers() {
          return readers()
        },
        get source() {
          return { fence: 1, seq: 0, starts: [], text: text() }
        },
        write: (text, seq) => {
          this.text += text
          this.shown.push([text, seq ?? 0])
        },
      },
      log: { seq: 3, write: (text) => void this.logged.push(text) },
      unsaved: this.unsaved,
      ownership: { mayDeliver: () => !this.silent, untilConfirmed: () => this.#confirmed.promise },
      tickers: { read: this.read, unread: this.unread },
      saveSoon: () => this.savesAsked++,
      limits,
    })
  }

  /** Takes text; `resumed` returns whether the provider is resumed by now. */
  take(words: string): { resumed: () => Promise<boolean> } {
    let resumed = false
    void this.delivery.take(words).then(() => (resumed = true))
    return {
      resumed: async () => {
        await settled()
        return resumed
      },
    }
  }

  endSilence(): void {
    this.silent = false
    this.#confirmed.resolve()
    this.delivery.resume()
  }

  /** Saves everything that was delivered. */
  save(): void {
    this.unsaved.partSaved(this.unsaved.part()!)
  }
}

let trial: Trial
beforeEach(() => void (trial = new Trial()))
const pieces = () => trial.shown.map(([text]) => text)

describe('the delivery of a run', () => {
  test('the first text is delivered at once, with the seq of the log; what follows is gathered until the next tick', () => {
    trial.take('One ')
    expect(trial.shown).toEqual([['One ', 3]])
    trial.take('two ')
    trial.take('three')
    expect(pieces()).toEqual(['One '])
    expect(trial.delivery.text).toBe('One two three')
    trial.read.tick()
    expect(pieces()).toEqual(['One ', 'two three'])
    expect(trial.logged).toEqual(pieces())
    expect(trial.unsaved.part()?.text).toBe('One two three')
  })

  test('after a tick without text the next text is delivered at once again', () => {
    trial.take('One ')
    trial.read.tick()
    expect(trial.read.waiting).toBe(0)
    trial.take('two')
    expect(pieces()).toEqual(['One ', 'two'])
  })

  test('the provider is paused until the next tick, even if its text was delivered at once', async () => {
    const provider = trial.take('One')
    expect(await provider.resumed()).toBe(false)
    trial.read.tick()
    expect(await provider.resumed()).toBe(true)
  })

  test('a run without a reader here waits for the ticks of the log', () => {
    trial.readers = 0
    trial.take('One')
    expect([trial.read.waiting, trial.unread.waiting]).toEqual([0, 1])
  })

  test('much unsaved text triggers a save', () => {
    trial.take('123456789')
    expect(trial.savesAsked).toBe(0)
    trial.delivery.append('0')
    trial.delivery.flush()
    expect(trial.savesAsked).toBe(1)
  })

  test('too much unsaved text pauses the provider until a save has succeeded', async () => {
    const provider = trial.take('x'.repeat(limits.pauseUnits))
    trial.read.tick()
    expect(await provider.resumed()).toBe(false)
    expect(trial.savesAsked).toBe(2)
    trial.save()
    trial.delivery.resumeProvider()
    expect(await provider.resumed()).toBe(true)
  })

  test('A6: the lost reply to a save that covered everything leaves no provider paused', async () => {
    const provider = trial.take('x'.repeat(limits.pauseUnits))
    trial.read.tick()
    // The store was read and still lacks the text: the provider must stay paused.
    trial.delivery.resumeProviderIfAllowed()
    expect(await provider.resumed()).toBe(false)
    trial.save()
    trial.delivery.resumeProviderIfAllowed()
    expect(await provider.resumed()).toBe(true)
  })

  test('a read of the store does not shorten the time of gathering', async () => {
    const provider = trial.take('One')
    trial.delivery.resumeProviderIfAllowed()
    expect(await provider.resumed()).toBe(false)
  })
})

describe('a silent owner (rule 7)', () => {
  test('delivers nothing and keeps all text; its provider is read until too much text is kept', async () => {
    trial.silent = true
    const first = trial.take('0123456789')
    trial.read.tick()
    expect(await first.resumed()).toBe(true)
    const second = trial.take('0123456789')
    trial.read.tick()
    expect(await second.resumed()).toBe(false)
    expect([trial.shown, trial.logged, trial.unsaved.length]).toEqual([[], [], 0])
    trial.endSilence()
    trial.read.tick()
    expect(trial.text).toBe('01234567890123456789')
  })

  test('delivers its last text only when the silence has ended', async () => {
    trial.silent = true
    trial.delivery.append('last')
    let flushed = false
    void trial.delivery.flushAfterSilence().then(() => (flushed = true))
    trial.delivery.flush()
    await settled()
    expect([flushed, trial.text]).toEqual([false, ''])
    trial.endSilence()
    await settled()
    expect([flushed, trial.text]).toEqual([true, 'last'])
  })
})

test('once it is closed, nothing is delivered and no provider is paused', async () => {
  const before = trial.take('One ')
  trial.take('two')
  trial.delivery.close()
  trial.read.tick()
  trial.delivery.flush()
  trial.delivery.append('three')
  await trial.delivery.flushAfterSilence()
  expect(await before.resumed()).toBe(true)
  expect(pieces()).toEqual(['One '])
})
