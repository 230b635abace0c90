import type { Starts } from '../coordination/contracts.ts'
import type { SavePart } from '../store/contract/runs.ts'

export interface UnsavedTextOptions {
  /** What the run begins with. */
  text: string
  /** How much of it the store has. */
  saved: number
  /** The store has text of a fence that this one does not descend from: the first save replaces it. */
  anew: boolean
}

/** The words of a run that the store does not have yet. Held apart from the whole text, so that a save costs what it saves. */
export class UnsavedText {
  #words: string
  #saved: number
  #anew: boolean

  constructor({ text, saved, anew }: UnsavedTextOptions) {
    this.#saved = anew ? 0 : saved
    this.#anew = anew
    this.#words = text.slice(this.#saved)
  }

  get anew(): boolean {
    return this.#anew
  }

  /** UTF-16 units that the store has. */
  get saved(): number {
    return this.#saved
  }

  get length(): number {
    return this.#words.length
  }

  add(words: string): void {
    this.#words += words
  }

  /** What is to be saved. Undefined: nothing. What replaces an older text is saved even while it is empty. */
  part(): Pick<SavePart, 'start' | 'length' | 'text'> | undefined {
    if (this.#words === '' && !this.#anew) return undefined
    return {
      start: this.#saved,
      length: this.#words.length,
      text: this.#words,
    }
  }

  tookPart({ start, length }: Pick<SavePart, 'start' | 'length'>): void {
    // The store was met at another length meanwhile: the next save says which.
    if (start !== this.#saved) return
    this.#anew = false
    this.#words = this.#words.slice(length)
    this.#saved = start + length
  }

  /**
   * The store says how much it has: more than was heard of, when the answer to a save was lost; less, when a database
   * that failed over has lost what it had acknowledged. Text of a fence that this one does not descend from is replaced.
   */
  meet(
    stored: { saved: number; savedFence: number },
    { starts, text }: { starts: Starts; text: string },
  ): void {
    const descends = stored.saved === 0 || starts.some(([fence]) => fence === stored.savedFence)
    this.#anew = !descends
    this.#saved = descends ? stored.saved : 0
    this.#words = text.slice(this.#saved)
  }
}
