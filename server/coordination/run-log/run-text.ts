import type { Words } from './run-log.ts'

/**
 * The whole text of a run, for its owner. It is kept in pieces and joined only for a snapshot, so that the cost of
 * adding and sending text does not depend on the length of the whole.
 */
export class RunText {
  #sent: string[]
  #sentLength: number
  #unsent = ''

  constructor(text: string) {
    this.#sent = [text]
    this.#sentLength = text.length
  }

  get hasUnsent(): boolean {
    return this.#unsent !== ''
  }

  add(text: string): void {
    this.#unsent += text
  }

  /** Returns the unsent text, with the length at which it begins, and marks it as sent. */
  takeUnsent(): Words {
    const words = { at: this.#sentLength, text: this.#unsent }
    this.#sent.push(this.#unsent)
    this.#sentLength += this.#unsent.length
    this.#unsent = ''
    return words
  }

  /** Returns the whole text and marks it as sent. */
  takeWhole(): string {
    this.takeUnsent()
    const text = this.#sent.join('')
    this.#sent = [text]
    return text
  }
}
