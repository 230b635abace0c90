import { createListeners } from '../../base/listeners.ts'
import { browserFrames } from './frame-clock.ts'
import type { FrameClock } from './frame-clock.ts'

/** The part of a text being written that is shown to the reader. */
export interface StreamedSnapshot {
  /** The text shown now: the beginning of the full text, or all of it. */
  text: string
  /** The text is complete, and all of it is shown. */
  ended: boolean
}

/**
 * A text that arrives in chunks and is shown evenly: updated at most once per frame, and each chunk within `maxDelayMs`.
 * It is an external store for `useSyncExternalStore`, one per message, so that a new word re-renders only that message.
 */
export interface StreamedText {
  append: (text: string) => void
  /** Removes the text beyond `length`. Text appended in the same turn replaces it without flicker. */
  cut: (length: number) => void
  /** Replaces the text; the new text is shown in the next frame. */
  replace: (text: string) => void
  /** Marks the text as complete. `append`, `cut` and `replace` reopen it. */
  end: () => void
  /** Shows all text now, without waiting for a frame. */
  flush: () => void
  subscribe: (listener: () => void) => () => void
  getSnapshot: () => StreamedSnapshot
  /** Returns the full text, including the part that is not shown yet. */
  fullText: () => string
}

/** All arrived text is shown within this time, ms. */
const maxDelayMs = 90
const maxWordLength = 16
/**
 * Characters per millisecond. From about 200 words per second on, nobody reads along word by word, and updating every
 * second frame is enough. From about 350 (twenty lines per second) it is every third frame, from 450 every fourth.
 */
const everySecondFrameFrom = 1.2
const everyThirdFrameFrom = 2
const everyFourthFrameFrom = 2.6
/** After a longer pause, the rate of arrival is reset, ms. */
const silenceMs = 200
const frameMs = 17

export interface StreamedTextOptions {
  text?: string
  ended?: boolean
  frames?: FrameClock
}

interface Arrival {
  at: number
  length: number
}

class BufferedText implements StreamedText {
  readonly #frames: FrameClock
  readonly #changed = createListeners()
  #whole: string
  #complete: boolean
  #snapshot: StreamedSnapshot
  #arrivals: Arrival[] = []
  #lastFrame = 0
  #lastArrival = -Infinity
  /** The rate of arrival, in characters per millisecond. */
  #rate = 0
  #cancel: (() => void) | undefined
  /** Minimum length to show in the next frame, after a cut or a replacement. */
  #minLength = 0
  /** Show text in the next frame, regardless of the pace. */
  #urgent = false

  constructor(options: StreamedTextOptions) {
    this.#frames = options.frames ?? browserFrames
    this.#whole = options.text ?? ''
    this.#complete = options.ended ?? false
    this.#snapshot = { text: this.#whole, ended: this.#complete }
  }

  readonly append = (text: string): void => {
    if (text === '') return
    if (this.#whole.length === this.#snapshot.text.length) this.#lastFrame = this.#frames.now()
    this.#whole += text
    this.#complete = false
    const now = this.#frames.now()
    const passed = now - this.#lastArrival
    this.#lastArrival = now
    // Smoothed, because chunks arrive unevenly.
    this.#rate = passed > silenceMs ? 0 : 0.8 * this.#rate + (0.2 * text.length) / Math.max(1, passed)
    this.#arrivals.push({ at: now, length: this.#whole.length })
    this.#schedule()
  }

  readonly cut = (length: number): void => {
    if (length < 0 || !Number.isInteger(length)) {
      throw new RangeError(
        `length must be a whole number that is not negative, not ${length}: pass what to keep`,
      )
    }
    if (length >= this.#whole.length) return
    this.#minLength = Math.min(this.#minLength, length)
    this.#whole = this.#whole.slice(0, length)
    this.#complete = false
    this.#arrivals = []
    this.#scheduleNow()
  }

  readonly replace = (text: string): void => {
    this.#whole = text
    this.#minLength = text.length
    this.#complete = false
    this.#arrivals = []
    this.#scheduleNow()
  }

  readonly end = (): void => {
    this.#complete = true
    this.#schedule()
  }

  readonly flush = (): void => {
    this.#cancel?.()
    this.#cancel = undefined
    this.#show(this.#whole.length)
  }

  readonly subscribe = this.#changed.add

  readonly getSnapshot = (): StreamedSnapshot => this.#snapshot

  readonly fullText = (): string => this.#whole

  #schedule(waitMs = 0): void {
    this.#cancel ??= this.#frames.request(() => {
      this.#cancel = undefined
      this.#onFrame()
    }, waitMs)
  }

  /** Schedules the next frame, instead of a later one that was planned. */
  #scheduleNow(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#urgent = true
    this.#schedule()
  }

  #onFrame(): void {
    const now = this.#frames.now()
    const instant = this.#frames.isInstant()
    const pace = this.#framesPerUpdate()
    const left = pace * frameMs - (now - this.#lastFrame)
    const mayWait = left > frameMs / 2 && now - (this.#arrivals[0]?.at ?? now) + left < maxDelayMs
    if (!instant && !this.#urgent && mayWait) return this.#schedule(pace > 1 ? left : 0)
    this.#show(instant ? this.#whole.length : this.#lengthDue(now, pace))
    this.#lastFrame = now
    this.#urgent = false
    // Skipped frames are not requested, because each one has a cost even if nothing changes.
    const next = this.#framesPerUpdate()
    if (this.#snapshot.text.length < this.#whole.length) this.#schedule(next > 1 ? next * frameMs : 0)
  }

  /** Returns after how many frames the shown text is updated. */
  #framesPerUpdate(): 1 | 2 | 3 | 4 {
    if (this.#rate < everySecondFrameFrom) return 1
    if (this.#rate < everyThirdFrameFrom) return 2
    return this.#rate < everyFourthFrameFrom ? 3 : 4
  }

  /** Returns the length to show now: an even share of the waiting text, and all text that would otherwise be late. */
  #lengthDue(now: number, pace: number): number {
    const shown = this.#shownLength()
    const last = this.#arrivals.at(-1)
    if (last === undefined) return Math.max(this.#minLength, this.#whole.length)
    const left = Math.max(1, last.at + maxDelayMs - this.#lastFrame)
    const share = ((this.#whole.length - shown) * Math.max(1, now - this.#lastFrame)) / left
    let due = Math.max(shown + Math.ceil(share), Math.min(this.#minLength, this.#whole.length))
    // Text that would be late in the next frame is shown now.
    for (const arrival of this.#arrivals)
      if (now - arrival.at > maxDelayMs - pace * frameMs) due = Math.max(due, arrival.length)
    return this.#extendToWordEnd(Math.min(due, this.#whole.length))
  }

  #shownLength(): number {
    return Math.min(this.#snapshot.text.length, this.#whole.length)
  }

  /** Moves `due` to the end of a word if one is near, and never into the middle of a character. */
  #extendToWordEnd(due: number): number {
    const limit = Math.min(this.#whole.length, due + maxWordLength)
    for (let at = due; at <= limit; at++) {
      if (at === this.#whole.length || /\s/.test(this.#whole.charAt(at - 1))) return at
    }
    return isInsidePair(this.#whole, due) ? due + 1 : due
  }

  #show(length: number): void {
    this.#minLength = 0
    this.#arrivals = this.#arrivals.filter((arrival) => arrival.length > length)
    const text = length >= this.#whole.length ? this.#whole : this.#whole.slice(0, length)
    const ended = this.#complete && text.length === this.#whole.length
    if (text === this.#snapshot.text && ended === this.#snapshot.ended) return
    this.#snapshot = { text, ended }
    this.#changed.notify()
  }
}

function isInsidePair(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 0xdc00 && code <= 0xdfff
}

export function createStreamedText(options: StreamedTextOptions = {}): StreamedText {
  return new BufferedText(options)
}
