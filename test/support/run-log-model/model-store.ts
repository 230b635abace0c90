import assert from 'node:assert/strict'
import type { Starts } from '../../../server/coordination/run-log/run-log.ts'
import type { Source } from '../../../server/coordination/run-log/source.ts'

/** The data that an owner saves. */
export interface Save {
  fence: number
  /** The whole text. The part after `saved` is new. */
  text: string
  /** The length of the stored text, as far as this owner knows. */
  saved: number
  seq: number
  starts: Starts
  /** Whether this is the first save of a text that does not continue the stored text. */
  replacesSaved: boolean
}

/** A model of the run's row and text with their fences. It never loses data. */
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

  /** Returns false if the save is refused because the row no longer belongs to this owner. */
  save({ fence, text, saved, seq, starts, replacesSaved }: Save): boolean {
    const guarded = replacesSaved ? this.#savedFence < fence : this.#text.length === saved
    if (fence !== this.fence || this.ended || !guarded) return false
    if (!replacesSaved)
      assert.ok(text.startsWith(this.#text), `stored text is lost: ${this.#text} became ${text}`)
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
