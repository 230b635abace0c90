/**
 * A run writes one string, its transcript, so that one position places every word of it. This file is the only reader
 * of that string and the only place that knows how its parts are marked. Reasoning stands in it as a leading
 * `<think>…</think>` block, the form in which many models write it themselves; where a provider sends reasoning apart,
 * the server writes the tags (`reasoningOpen`, `reasoningClose`).
 */
const open = '<think>'
const close = '</think>'

export const reasoningOpen = `${open}\n`
export const reasoningClose = `\n${close}\n\n`

/** One part of a transcript, in the order in which it is shown. No part is empty. A reader ignores kinds it does not know. */
export type Part =
  | { kind: 'text'; text: string }
  /** Without white space around it. `open`: no end of it has been written yet. */
  | { kind: 'reasoning'; text: string; open: boolean }

/** `ended: false`: more may be written, so half a tag at the end is left out until the rest of it is there. */
export function partsOf(transcript: string, { ended = true } = {}): Part[] {
  const known = ended ? transcript : withoutPartialTag(transcript)
  const { reasoning, textStart, thinking } = split(known)
  const text = known.slice(textStart)
  return [
    ...(reasoning === '' ? [] : [{ kind: 'reasoning' as const, text: reasoning, open: thinking }]),
    ...(text === '' ? [] : [{ kind: 'text' as const, text }]),
  ]
}

/** What a transcript says to its reader: everything but the reasoning. */
export function visibleText(transcript: string): string {
  return transcript.slice(split(transcript).textStart)
}

/** Whether the transcript ends inside reasoning. */
export function isThinking(transcript: string): boolean {
  return split(transcript).thinking
}

interface Split {
  reasoning: string
  /** Where the visible text begins. */
  textStart: number
  /** The block has not been closed yet. */
  thinking: boolean
}

function split(transcript: string): Split {
  const start = transcript.length - transcript.trimStart().length
  const opened = transcript.startsWith(open, start)
  const reasoningStart = opened ? start + open.length : 0
  const end = opened ? transcript.indexOf(close, reasoningStart) : closeWithoutOpen(transcript)
  if (!opened && end < 0) return { reasoning: '', textStart: 0, thinking: false }
  if (end < 0) {
    return {
      reasoning: transcript.slice(reasoningStart).trim(),
      textStart: transcript.length,
      thinking: true,
    }
  }
  let textStart = end + close.length
  for (;;) {
    while (textStart < transcript.length && /\s/.test(transcript.charAt(textStart))) textStart++
    // Once more by the model itself, where the provider had separated the reasoning already.
    if (!transcript.startsWith(close, textStart)) break
    textStart += close.length
  }
  return { reasoning: transcript.slice(reasoningStart, end).trim(), textStart, thinking: false }
}

/** How many closing tags are checked before the rest of a text is taken to talk about the tag. */
const maxMentions = 8

/**
 * Where reasoning ends whose opening tag the model did not write, because its template did. A tag in code or in quotes,
 * or behind an opening one, is only mentioned. -1: there is none.
 */
function closeWithoutOpen(transcript: string): number {
  let end = transcript.indexOf(close)
  if (end < 0) return -1
  const opening = transcript.indexOf(open)
  const limit = opening < 0 ? transcript.length : opening
  for (let mention = 0; end >= 0 && end < limit && mention < maxMentions; mention++) {
    if (!isMention(transcript, end)) return end
    end = transcript.indexOf(close, end + close.length)
  }
  return -1
}

function isMention(transcript: string, at: number): boolean {
  const before = transcript.slice(0, at)
  const fences = before.match(/^ {0,3}(?:```|~~~)/gm)?.length ?? 0
  if (fences % 2 === 1) return true
  const line = before.slice(before.lastIndexOf('\n') + 1)
  if ((line.split('`').length - 1) % 2 === 1) return true
  const around = `${transcript[at - 1] ?? ''}${transcript[at + close.length] ?? ''}`
  return ['""', "''", '“”', '„“', '«»', '‘’'].includes(around)
}

function withoutPartialTag(text: string): string {
  const at = text.lastIndexOf('<')
  if (at < 0 || text.length - at >= close.length) return text
  const rest = text.slice(at)
  if (close.startsWith(rest)) return text.slice(0, at)
  return open.startsWith(rest) && text.slice(0, at).trim() === '' ? '' : text
}

export interface SplitWords {
  reasoning: string
  text: string
}

/**
 * Separates the reasoning that a model's words begin with from the answer behind it, for models that write the tags into
 * their words. Incremental: a piece may end anywhere, in the middle of a tag too.
 */
export class ReasoningSplitter {
  #place: 'before' | 'inside' | 'behind-tag' | 'past' = 'before'
  /** Not decided yet: white space, or the beginning of a tag. */
  #held = ''

  push(piece: string): SplitWords {
    if (this.#past) return { reasoning: '', text: piece }
    this.#held += piece
    if (this.#place === 'before') this.#findOpening()
    const reasoning = this.#place === 'inside' ? this.#takeReasoning() : ''
    if (this.#place === 'behind-tag') this.#skipSpace()
    return { reasoning, text: this.#past ? this.#takeHeld() : '' }
  }

  /** What was held back; nothing more comes. */
  end(): SplitWords {
    const held = this.#takeHeld()
    return this.#place === 'inside' ? { reasoning: held, text: '' } : { reasoning: '', text: held }
  }

  get #past(): boolean {
    return this.#place === 'past'
  }

  #findOpening(): void {
    const words = this.#held.trimStart()
    if (words.startsWith(open)) {
      this.#place = 'inside'
      this.#held = words.slice(open.length).trimStart()
    } else if (!open.startsWith(words)) {
      this.#place = 'past'
    }
  }

  #takeReasoning(): string {
    const end = this.#held.indexOf(close)
    if (end >= 0) {
      const reasoning = this.#held.slice(0, end)
      this.#held = this.#held.slice(end + close.length)
      this.#place = 'behind-tag'
      return reasoning
    }
    const sure = this.#held.length - beginningOfClose(this.#held)
    const reasoning = this.#held.slice(0, sure)
    this.#held = this.#held.slice(sure)
    return reasoning
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
