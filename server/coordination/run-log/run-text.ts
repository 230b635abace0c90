import type { Words } from './run-log.ts'

/**
 * A run's whole text as its owner keeps it. Adding and sending cost what the words cost, however long the text is: it
 * is held in pieces and put together for a snapshot only.
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

  /** What has not been sent, with the length at which it begins. */
  sendRest(): Words {
    const words = { at: this.#sentLength, text: this.#unsent }
    this.#sent.push(this.#unsent)
    this.#sentLength += this.#unsent.length
    this.#unsent = ''
    return words
  }

  sendWhole(): string {
    this.sendRest()
    const text = this.#sent.join('')
    this.#sent = [text]
    return text
  }
}
