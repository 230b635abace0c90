import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FrameClock } from './frame-clock.ts'
import { createStreamedText } from './streamed-text.ts'
import type { StreamedText } from './streamed-text.ts'

class TestFrames implements FrameClock {
  time = 0
  still = false
  #waiting: (() => void) | undefined
  #from = 0
  now = (): number => this.time
  isInstant = (): boolean => this.still
  request = (run: () => void, waitMs = 0): (() => void) => {
    this.#waiting = run
    this.#from = this.time + waitMs - 8
    return () => (this.#waiting = undefined)
  }

  /** Advances the time by one frame. */
  frame(ms = 16): void {
    this.time += ms
    if (this.time < this.#from) return
    const run = this.#waiting
    this.#waiting = undefined
    run?.()
  }

  get pending(): boolean {
    return this.#waiting !== undefined
  }
}

function start(): { frames: TestFrames; text: StreamedText; shown: () => string; commits: () => number } {
  const frames = new TestFrames()
  const text = createStreamedText({ frames })
  let commits = 0
  text.subscribe(() => commits++)
  return { frames, text, shown: () => text.getSnapshot().text, commits: () => commits }
}

describe('a text shown as it arrives', () => {
  test('a burst is shown evenly over some frames and completely within 100 ms', () => {
    const { frames, text, shown } = start()
    text.append('some words of a burst that came at once '.repeat(10))
    const lengths: number[] = []
    while (frames.pending) {
      frames.frame()
      lengths.push(shown().length)
    }
    expect(frames.time).toBeLessThanOrEqual(100)
    expect(lengths.length).toBeGreaterThanOrEqual(4)
    expect(shown()).toBe(text.fullText())
    const steps = lengths.map((length, index) => length - (lengths[index - 1] ?? 0))
    expect(Math.max(...steps)).toBeLessThan(400 / 2)
  })

  test('no text waits longer than 110 ms, however much more arrives', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(30), fc.integer({ min: 1, max: 40 })), { minLength: 5, maxLength: 80 }),
        (steps) => {
          const { frames, text, shown } = start()
          const arrivals: Array<{ at: number; length: number }> = []
          for (const [characters, ms] of steps) {
            text.append('a'.repeat(characters))
            arrivals.push({ at: frames.time, length: text.fullText().length })
            frames.frame(ms)
            const due = arrivals.filter((arrival) => frames.time - arrival.at > 110).at(-1)
            expect(shown().length).toBeGreaterThanOrEqual(due?.length ?? 0)
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  test.each([
    { perFrame: 16, most: 60, least: 60 },
    { perFrame: 26, most: 30, least: 30 },
    { perFrame: 38, most: 20, least: 20 },
    { perFrame: 70, most: 15, least: 15 },
  ])(
    '$least–$most of 60 frames update the text if each frame brings $perFrame characters',
    ({ perFrame, most, least }) => {
      const { frames, text, commits } = start()
      const piece = `${'a'.repeat(perFrame - 1)} `
      for (let frame = 0; frame < 30; frame++) {
        text.append(piece)
        frames.frame()
      }
      const before = commits()
      for (let frame = 0; frame < 60; frame++) {
        text.append(piece)
        frames.frame()
      }
      expect(commits() - before).toBeLessThanOrEqual(most)
      expect(commits() - before).toBeGreaterThanOrEqual(least)
    },
  )

  test('there is at most one commit per frame', () => {
    const { frames, text, commits } = start()
    for (let frame = 0; frame < 50; frame++) {
      for (let piece = 0; piece < 8; piece++) text.append('word ')
      const before = commits()
      frames.frame()
      expect(commits() - before).toBeLessThanOrEqual(1)
    }
  })

  test('a word is not split if its end is near, and a character never', () => {
    const { frames, text, shown } = start()
    text.append('🐟'.repeat(400))
    while (frames.pending) {
      frames.frame()
      expect(shown().isWellFormed()).toBe(true)
    }
    text.append('several words of usual length in a row, enough for some frames to pass')
    frames.frame()
    expect(shown()).toMatch(/\s$/)
  })

  test('a hidden tab and a user with reduced motion get all text at once', () => {
    const { frames, text, shown } = start()
    frames.still = true
    text.append('x'.repeat(5000))
    frames.frame()
    expect(shown().length).toBe(5000)
    expect(frames.pending).toBe(false)
  })
})

describe('a text that is cut, replaced or ended', () => {
  test('a rewind is applied within one frame and never shows less text than before', () => {
    const { frames, text, shown } = start()
    text.append('The first answer was about cats.')
    while (frames.pending) frames.frame()
    text.cut(17)
    text.append('is about dogs, and longer.')
    expect(shown()).toBe('The first answer was about cats.')
    frames.frame()
    expect(shown().startsWith('The first answer is about dogs')).toBe(true)
    expect(shown().length).toBeGreaterThanOrEqual('The first answer was about cats.'.length)
    while (frames.pending) frames.frame()
    expect(shown()).toBe('The first answer is about dogs, and longer.')
  })

  test('a replaced text is shown in the next frame', () => {
    const { frames, text, shown } = start()
    text.append('old')
    frames.frame()
    text.replace('anew from the start, and much longer than before')
    text.append(' tail')
    frames.frame()
    expect(shown()).toMatch(/^anew from the start, and much longer than before/)
    text.flush()
    text.replace('')
    frames.frame()
    expect(shown()).toBe('')
  })

  test('it has ended once all text is shown, and can be reopened', () => {
    const { frames, text } = start()
    text.append('words '.repeat(100))
    text.end()
    frames.frame()
    expect(text.getSnapshot().ended).toBe(false)
    while (frames.pending) frames.frame()
    expect(text.getSnapshot()).toEqual({ text: 'words '.repeat(100), ended: true })
    text.append('more')
    frames.frame()
    expect(text.getSnapshot().ended).toBe(false)
  })

  test('flush shows all text without a frame, and a negative cut throws', () => {
    const { frames, text, shown } = start()
    text.append('x'.repeat(1000))
    text.flush()
    expect(shown().length).toBe(1000)
    expect(frames.pending).toBe(false)
    expect(() => text.cut(-1)).toThrow(/length must be/)
  })

  test('any order of chunks, cuts and frames ends with the full text', () => {
    const action = fc.oneof(
      fc.tuple(fc.constant('append' as const), fc.string({ maxLength: 30 })),
      fc.tuple(fc.constant('cut' as const), fc.nat(60)),
      fc.tuple(fc.constant('frame' as const), fc.integer({ min: 1, max: 50 })),
    )
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const { frames, text, shown } = start()
        let model = ''
        for (const [name, value] of actions) {
          if (name === 'append') {
            text.append(value)
            model += value
          } else if (name === 'cut') {
            text.cut(value)
            model = model.slice(0, value)
          } else frames.frame(value)
        }
        text.end()
        for (let frame = 0; frames.pending && frame < 100; frame++) frames.frame()
        expect(shown()).toBe(model)
        expect(text.getSnapshot().ended).toBe(true)
      }),
      { numRuns: 500 },
    )
  })
})
