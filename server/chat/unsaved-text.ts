import type { Starts } from '../coordination/contracts.ts'
import type { SavePart } from '../store/contract/runs.ts'

export interface UnsavedTextOptions {
  /** The text that the run begins with. */
  text: string
  /** UTF-16 units of it that the store has. */
  saved: number
  /** The store has text of a fence that this text does not descend from: the first save replaces it. */
  replacesSaved: boolean
}

/** The text of a run that the store does not have yet. Kept apart from the whole text, so that a save costs little. */
export class UnsavedText {
  #text: string
  #saved: number
  #replacesSaved: boolean

  constructor({ text, saved, replacesSaved }: UnsavedTextOptions) {
    this.#saved = replacesSaved ? 0 : saved
    this.#replacesSaved = replacesSaved
    this.#text = text.slice(this.#saved)
  }

  get replacesSaved(): boolean {
    return this.#replacesSaved
  }

  /** UTF-16 units that the store has. */
  get saved(): number {
    return this.#saved
  }

  get length(): number {
    return this.#text.length
  }

  add(words: string): void {
    this.#text += words
  }

  /** The text to save; undefined if there is none. Text that replaces an older one is saved even if it is empty. */
  part(): Pick<SavePart, 'start' | 'length' | 'text'> | undefined {
    if (this.#text === '' && !this.#replacesSaved) return undefined
    return {
      start: this.#saved,
      length: this.#text.length,
      text: this.#text,
    }
  }

  partSaved({ start, length }: Pick<SavePart, 'start' | 'length'>): void {
    // `reconcile` has changed the saved length meanwhile: the next save begins there.
    if (start !== this.#saved) return
    this.#replacesSaved = false
    this.#text = this.#text.slice(length)
    this.#saved = start + length
  }

  /**
   * Adopts the saved length that the store reports. It is larger than expected if the reply to a save was lost, and
   * smaller if a database failover lost acknowledged saves. Stored text of a fence that this text does not descend from
   * is replaced.
   */
  reconcile(
    stored: { saved: number; savedFence: number },
    { starts, text }: { starts: Starts; text: string },
  ): void {
    const descends = stored.saved === 0 || starts.some(([fence]) => fence === stored.savedFence)
    this.#replacesSaved = !descends
    this.#saved = descends ? stored.saved : 0
    this.#text = text.slice(this.#saved)
  }
}
