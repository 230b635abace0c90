import assert from 'node:assert/strict'
import type { Starts } from '../../../server/coordination/run-log/run-log.ts'
import type { Source } from '../../../server/coordination/run-log/source.ts'

/** What an owner sends to be saved. */
export interface Save {
  fence: number
  /** The whole text; what is beyond `saved` is new. */
  text: string
  /** Length that this owner knows to be stored. */
  saved: number
  seq: number
  starts: Starts
  /** The first save of a text that does not continue the stored one. */
  anew: boolean
}

/** The run's row and its text, as far as fences guard them. It never loses anything. */
export class ModelStore {
  fence = 0
  ended = false
  #now = 1000
  #text = ''
  #savedFence = 0
  #seq = 0
  #starts: Starts = []

  get source(): Source {
    return { fence: this.#savedFence, seq: this.#seq, starts: this.#starts, text: this.#text }
  }

  claim(seenInRedis = 0): number {
    this.#now += 3
    this.fence = Math.max(this.fence + 1, this.#now, seenInRedis + 1)
    return this.fence
  }

  /** False: refused, the row is not this owner's any more. */
  save({ fence, text, saved, seq, starts, anew }: Save): boolean {
    const guarded = anew ? this.#savedFence < fence : this.#text.length === saved
    if (fence !== this.fence || this.ended || !guarded) return false
    if (!anew) assert.ok(text.startsWith(this.#text), `stored words are lost: ${this.#text} became ${text}`)
    this.#text = text
    this.#savedFence = fence
    this.#seq = seq
    this.#starts = starts
    return true
  }

  finalise(fence: number, saved: number, starts: Starts): boolean {
    if (fence !== this.fence || this.ended || this.#text.length !== saved) return false
    this.ended = true
    this.#savedFence = fence
    this.#starts = starts
    return true
  }
}
