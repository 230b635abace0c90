/**
 * A run writes one string, its transcript, so that a single number is a position in it. Only this file parses that
 * string and knows how its parts are marked. Reasoning is a leading `<think>…</think>` block, the form in which many
 * models write it themselves. If a provider sends reasoning separately, the server writes the tags (`reasoningOpen`,
 * `reasoningClose`).
 */
const open = '<think>'
const close = '</think>'

export const reasoningOpen = `${open}\n`
export const reasoningClose = `\n${close}\n\n`

/** One part of a transcript; parts are in the order of display, and never empty. A reader ignores unknown kinds. */
export type Part =
  | { kind: 'text'; text: string }
  /** Without surrounding white space. `open`: the end of the reasoning is not written yet. */
  | { kind: 'reasoning'; text: string; open: boolean }

/** Splits a transcript into its parts. `ended: false`: more may follow, so an incomplete tag at the end is left out. */
export function partsOf(transcript: string, { ended = true } = {}): Part[] {
  const known = ended ? transcript : withoutPartialTag(transcript)
  const { reasoning, textStart, thinking } = split(known)
  const text = known.slice(textStart)
  return [
    ...(reasoning === '' ? [] : [{ kind: 'reasoning' as const, text: reasoning, open: thinking }]),
    ...(text === '' ? [] : [{ kind: 'text' as const, text }]),
  ]
}

/** The visible text of a transcript: everything except the reasoning. */
export function visibleText(transcript: string): string {
  return transcript.slice(split(transcript).textStart)
}

/** Whether the transcript ends inside reasoning. */
export function isThinking(transcript: string): boolean {
  return split(transcript).thinking
}

interface Split {
  reasoning: string
  /** The index at which the visible text begins. */
  textStart: number
  /** Whether the block is not closed yet. */
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
    // The model may write the closing tag again, although the provider had already separated the reasoning.
    if (!transcript.startsWith(close, textStart)) break
    textStart += close.length
  }
  return { reasoning: transcript.slice(reasoningStart, end).trim(), textStart, thinking: false }
}

/** How many closing tags are examined, to bound the cost. All further ones count as mentions of the tag. */
const maxMentions = 8

/**
 * The end of reasoning that has no opening tag, because some chat templates write that tag into the prompt. A closing
 * tag in code, in quotes, or after an opening tag is only a mention. Returns -1 if there is no such end.
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

export interface SplitText {
  reasoning: string
  text: string
}

/**
 * Separates leading reasoning from the answer, for models that write the tags into their text. Incremental: a piece may
 * end anywhere, even within a tag.
 */
export class ReasoningSplitter {
  #state: 'before' | 'inside' | 'behind-tag' | 'past' = 'before'
  /** Text that is not assigned yet: white space, or the beginning of a tag. */
  #held = ''

  push(piece: string): SplitText {
    if (this.#past) return { reasoning: '', text: piece }
    this.#held += piece
    if (this.#state === 'before') this.#findOpening()
    const reasoning = this.#state === 'inside' ? this.#takeReasoning() : ''
    if (this.#state === 'behind-tag') this.#skipSpace()
    return { reasoning, text: this.#past ? this.#takeHeld() : '' }
  }

  /** Returns the text that was held back. Call it when no more text follows. */
  end(): SplitText {
    const held = this.#takeHeld()
    return this.#state === 'inside' ? { reasoning: held, text: '' } : { reasoning: '', text: held }
  }

  get #past(): boolean {
    return this.#state === 'past'
  }

  #findOpening(): void {
    const words = this.#held.trimStart()
    if (words.startsWith(open)) {
      this.#state = 'inside'
      this.#held = words.slice(open.length).trimStart()
    } else if (!open.startsWith(words)) {
      this.#state = 'past'
    }
  }

  #takeReasoning(): string {
    const end = this.#held.indexOf(close)
    if (end >= 0) {
      const reasoning = this.#held.slice(0, end)
      this.#held = this.#held.slice(end + close.length)
      this.#state = 'behind-tag'
      return reasoning
    }
    const sure = this.#held.length - beginningOfClose(this.#held)
    const reasoning = this.#held.slice(0, sure)
    this.#held = this.#held.slice(sure)
    return reasoning
  }

  #skipSpace(): void {
    this.#held = this.#held.trimStart()
    if (this.#held !== '') this.#state = 'past'
  }

  #takeHeld(): string {
    const held = this.#held
    this.#held = ''
    return held
  }
}

/** How many characters at the end of the text may be the beginning of the closing tag. */
function beginningOfClose(words: string): number {
  let length = Math.min(close.length - 1, words.length)
  while (length > 0 && !words.endsWith(close.slice(0, length))) length--
  return length
}
