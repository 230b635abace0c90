import { createLineSplitter } from './line-splitter.ts'
import { JsonObjectScanner, invalidJsonError } from './json-object-scanner.ts'
import type { JsonObject } from './read-json.ts'
import { UpstreamError } from './upstream-error.ts'

export interface StreamParser {
  push(chunk: Buffer): void
  /** Reads the last line even without a line end: some providers omit it. */
  end(): void
}

/** Receives the elements of an answer's stream, independent of the format of the stream. */
export interface AnswerHandler {
  /** `event` is the event name in the stream, which is usually empty. */
  onObject(object: JsonObject, event: string): void
  /** The line `[DONE]`. */
  onDone(): void
  /** An error that the provider sent as plain text. */
  onErrorText(text: string): void
  /** A line that is neither a JSON object nor part of the framing. */
  onSkippedLine(): void
}

/** How much plain text is kept for an error message, in characters. */
const maxText = 2_048

/**
 * Parses an answer by its bytes and ignores its content type. It accepts server-sent events, one JSON object per line,
 * one JSON document, an array of objects, and mixtures of them. An object is passed on as soon as its line is complete,
 * so a missing blank line between two events does no harm. Lines that are not objects are skipped. A truncated object
 * throws `upstream_broke_off`, because text may be missing, and so does an object or line of more than `maxBytes`. A
 * web page throws `upstream_refused`.
 */
export function createAnswerParser(frames: AnswerHandler, maxBytes = 33_554_432): StreamParser {
  const splitter = createLineSplitter(maxBytes)
  const lines = new AnswerLineReader(frames, maxBytes)
  return {
    push: (chunk) => splitter.push(chunk).forEach((line) => lines.readLine(line)),
    end() {
      splitter.end().forEach((line) => lines.readLine(line))
      lines.end()
    },
  }
}

class AnswerLineReader {
  readonly #handler: AnswerHandler
  readonly #scanner: JsonObjectScanner
  /** The name of the current event. */
  #event = ''
  /** The plain text of the current event. */
  #eventText = ''
  /** The plain text of the whole stream; kept only until the first object. */
  #text = ''
  #anyObject = false
  /** Whether the open object began outside an event. */
  #bare = false

  constructor(frames: AnswerHandler, maxBytes: number) {
    this.#handler = frames
    this.#scanner = new JsonObjectScanner((object) => {
      this.#anyObject = true
      this.#text = ''
      frames.onObject(object, this.#event)
    }, maxBytes)
  }

  readLine(line: string): void {
    if (this.#scanner.open && this.#bare) return void this.#scanner.push(line)
    if (this.#takeCommonLine(line)) return
    const content = line.trim()
    if (content === '') return this.#endEvent()
    if (content.startsWith('{') || content.startsWith('[')) return this.#takeContent(content, true)
    if (content.startsWith('<') && !this.#anyObject) throw webPageError()
    const colon = content.indexOf(':')
    const name = (colon < 0 ? content : content.slice(0, colon)).trim().toLowerCase()
    const value = colon < 0 ? '' : content.slice(colon + 1).trim()
    if (name === 'data') return this.#takeContent(removeDataPrefix(value), false)
    if (name === 'event') this.#event = value
    // Some versions of llama.cpp send errors in a field named `error`.
    else if (name === 'error') {
      this.#event = 'error'
      this.#takeContent(value, false)
    } else if (name !== '' && name !== 'id' && name !== 'retry') this.#skip(content)
  }

  end(): void {
    this.#endEvent()
    // A stream of plain text only is the error message of a proxy or a provider.
    if (this.#text.trim() !== '') this.#handler.onErrorText(this.#text.trim())
  }

  /** A fast path for the two most frequent kinds of line; `readLine` would treat them the same way with more CPU. */
  #takeCommonLine(line: string): boolean {
    if (line === '') {
      this.#endEvent()
      return true
    }
    if (!line.startsWith('data: {') || this.#scanner.open) return false
    this.#bare = false
    return this.#scanner.push(line.slice(6))
  }

  #takeContent(content: string, bare: boolean): void {
    if (content === '') return
    if (this.#scanner.open) return void this.#scanner.push(content)
    if (/^"?\[done\]"?$/i.test(content)) return this.#handler.onDone()
    this.#bare = bare
    const held = (content.startsWith('{') || content.startsWith('[')) && this.#scanner.push(content)
    if (!held) this.#skip(content)
  }

  #skip(content: string): void {
    this.#handler.onSkippedLine()
    if (content.startsWith(':')) return
    this.#eventText = appendText(this.#eventText, content)
    if (!this.#anyObject) this.#text = appendText(this.#text, content)
  }

  #endEvent(): void {
    const said = this.#eventText.trim()
    const isError = this.#event === 'error'
    this.#event = ''
    this.#eventText = ''
    if (this.#scanner.open) throw invalidJsonError()
    if (!isError || said === '') return
    this.#text = ''
    this.#handler.onErrorText(said)
  }
}

function appendText(text: string, more: string): string {
  return text.length >= maxText ? text : `${text} ${more.slice(0, maxText)}`.slice(0, maxText)
}

/** Some proxies add the prefix `data:` to lines that have it already. */
function removeDataPrefix(value: string): string {
  let rest = value
  for (let times = 0; times < 3 && rest.slice(0, 5).toLowerCase() === 'data:'; times++) {
    rest = rest.slice(5).trimStart()
  }
  return rest
}

function webPageError(): UpstreamError {
  return new UpstreamError('upstream_refused', {
    status: 200,
    message:
      'The address of this connection returned a web page. Check that the address is complete: it often ends in /v1.',
    detail: { reason: 'web_page' },
  })
}
