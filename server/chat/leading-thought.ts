const open = '<think>'
const close = '</think>'

export interface SplitWords {
  thought: string
  text: string
}

/**
 * Separates the thought that a model's words begin with from the answer behind it, for models that write `<think>…</think>`
 * into their words. A piece may end anywhere, in the middle of a tag too.
 */
export class LeadingThought {
  #place: 'before' | 'inside' | 'behind-tag' | 'past' = 'before'
  /** Not decided yet: white space, or the beginning of a tag. */
  #held = ''

  push(piece: string): SplitWords {
    if (this.#past) return { thought: '', text: piece }
    this.#held += piece
    if (this.#place === 'before') this.#lookForOpening()
    const thought = this.#place === 'inside' ? this.#takeThought() : ''
    if (this.#place === 'behind-tag') this.#skipSpace()
    return { thought, text: this.#past ? this.#takeHeld() : '' }
  }

  /** What was held back; nothing more comes. */
  end(): SplitWords {
    const held = this.#takeHeld()
    return this.#place === 'inside' ? { thought: held, text: '' } : { thought: '', text: held }
  }

  get #past(): boolean {
    return this.#place === 'past'
  }

  #lookForOpening(): void {
    const words = this.#held.trimStart()
    if (words.startsWith(open)) {
      this.#place = 'inside'
      this.#held = words.slice(open.length).trimStart()
    } else if (!open.startsWith(words)) {
      this.#place = 'past'
    }
  }

  #takeThought(): string {
    const end = this.#held.indexOf(close)
    if (end >= 0) {
      const thought = this.#held.slice(0, end)
      this.#held = this.#held.slice(end + close.length)
      this.#place = 'behind-tag'
      return thought
    }
    const sure = this.#held.length - beginningOfClose(this.#held)
    const thought = this.#held.slice(0, sure)
    this.#held = this.#held.slice(sure)
    return thought
  }

  #skipSpace(): void {
    this.#held = this.#held.trimStart()
    if (this.#held !== '') this.#place = 'past'
  }

  #takeHeld(): string {
    const held = this.#held
    this.#held = ''
    return held
  }
}

/** How many characters at the end of `words` may be the beginning of the closing tag. */
function beginningOfClose(words: string): number {
  let length = Math.min(close.length - 1, words.length)
  while (length > 0 && !words.endsWith(close.slice(0, length))) length--
  return length
}
