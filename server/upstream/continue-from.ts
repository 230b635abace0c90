import type { GenerateRequest, PromptMessage } from './upstream.ts'
import type { JsonObject } from './read-json.ts'

/** Converts the provider's visible text to the part that follows the given text: removes a repetition of it. */
export interface ContinuationFilter {
  push(piece: string): string
  /** To be called when the answer has ended properly. Returns the text that was still held back. */
  end(): string
}

export interface Continuation {
  /** Appended to the conversation: the text so far, in the form that this provider continues. */
  messages: (PromptMessage & { prefix?: true })[]
  /** Further fields of the request body. */
  fields: JsonObject
  filter: ContinuationFilter
}

const passThrough: ContinuationFilter = { push: (piece) => piece, end: () => '' }

/**
 * How a request continues a text (rule 15). Trailing white space is not sent, because models that see it tend to end at
 * once or to repeat it; it is skipped when the model writes it. If the answer begins with a repetition of the whole
 * text, the repetition is removed. While that is undecided the answer is held back, up to the length of the text.
 */
export function continueFrom(from: GenerateRequest['continueFrom']): Continuation {
  if (!from) return { messages: [], fields: {}, filter: passThrough }
  const sent = from.text.trimEnd()
  const filter = from.uncut
    ? passThrough
    : chainFilters(createEchoFilter(sent), createSkipFilter(from.text.slice(sent.length)))
  if (sent === '') return { messages: [], fields: {}, filter }
  const message = { role: 'assistant' as const, content: sent }
  switch (from.how) {
    case 'trailing':
      return { messages: [message], fields: {}, filter }
    case 'prefix':
      return { messages: [{ ...message, prefix: true }], fields: {}, filter }
    case 'vllm':
      return {
        messages: [message],
        fields: { continue_final_message: true, add_generation_prompt: false },
        filter,
      }
  }
}

function chainFilters(first: ContinuationFilter, second: ContinuationFilter): ContinuationFilter {
  return {
    push: (piece) => second.push(first.push(piece)),
    end: () => second.push(first.end()) + second.end(),
  }
}

/**
 * Removes `given` from the start of an answer that repeats it. Held-back text equals `given`: only its length is kept.
 */
function createEchoFilter(given: string): ContinuationFilter {
  let matched = 0
  let open = given !== ''
  return {
    push(piece) {
      if (!open) return piece
      const length = Math.min(piece.length, given.length - matched)
      if (given.startsWith(piece.slice(0, length), matched)) {
        matched += length
        if (matched < given.length) return ''
        open = false
        return piece.slice(length)
      }
      open = false
      return given.slice(0, matched) + piece
    },
    end() {
      const held = open ? given.slice(0, matched) : ''
      open = false
      return held
    },
  }
}

/** Removes the part of `withheld` with which the answer begins. */
function createSkipFilter(withheld: string): ContinuationFilter {
  let skipped = 0
  let open = withheld !== ''
  return {
    push(piece) {
      if (!open) return piece
      let at = 0
      while (at < piece.length && skipped < withheld.length && piece[at] === withheld[skipped]) {
        at++
        skipped++
      }
      if (at < piece.length || skipped === withheld.length) open = false
      return piece.slice(at)
    },
    end: () => '',
  }
}
