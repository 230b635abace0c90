import type { GenerateRequest, PromptMessage } from './upstream.ts'
import type { JsonObject } from './read-json.ts'

/** Takes the provider's visible text and gives what comes after the text that was to be continued. */
export interface ContinuationFilter {
  push(piece: string): string
  /** The answer has ended properly: what was still held back belongs to it. */
  end(): string
}

export interface Continuation {
  /** Goes behind the conversation: the text so far, in the form that this provider continues. */
  messages: (PromptMessage & { prefix?: true })[]
  /** Goes into the body beside `messages`. */
  fields: JsonObject
  filter: ContinuationFilter
}

const passThrough: ContinuationFilter = { push: (piece) => piece, end: () => '' }

/**
 * How a text is continued (rule 15). Trailing white space is withheld, because a model that sees it tends to end at
 * once or to write it again, and is skipped when the model writes it. An answer that begins with the whole text has it
 * cut; while it may still turn out to be such an answer it is held back, at most as long as the text itself.
 */
export function continueFrom(from: GenerateRequest['continueFrom']): Continuation {
  if (!from) return { messages: [], fields: {}, filter: passThrough }
  const sent = from.text.trimEnd()
  const filter = from.uncut
    ? passThrough
    : chain(createEchoFilter(sent), createSkipFilter(from.text.slice(sent.length)))
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

function chain(first: ContinuationFilter, second: ContinuationFilter): ContinuationFilter {
  return {
    push: (piece) => second.push(first.push(piece)),
    end: () => second.push(first.end()) + second.end(),
  }
}

/** Cuts `given` from the front of an answer that repeats all of it. What is held back is known, so a count is enough. */
function createEchoFilter(given: string): ContinuationFilter {
  let matched = 0
  let open = given !== ''
  return {
    push(piece) {
      if (!open) return piece
      const most = Math.min(piece.length, given.length - matched)
      if (given.startsWith(piece.slice(0, most), matched)) {
        matched += most
        if (matched < given.length) return ''
        open = false
        return piece.slice(most)
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

/** Skips as much of `withheld` as the answer begins with. */
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
