import { createLineSplitter } from './line-splitter.ts'
import { JsonObjectScanner, notJson } from './json-object-scanner.ts'
import type { JsonObject } from './read-json.ts'
import { UpstreamError } from './upstream-error.ts'

export interface StreamParser {
  push(chunk: Buffer): void
  /** Takes what had no proper end: providers forget the last line end. */
  end(): void
}

/** What a stream of an answer is made of, whatever form it came in. */
export interface AnswerFrames {
  /** `event` is the name that the stream gave it, mostly empty. */
  object(object: JsonObject, event: string): void
  /** `[DONE]`. */
  done(): void
  /** An error that came as plain text. */
  errorText(text: string): void
  /** A line that is neither an object nor part of the framing. */
  skipped(): void
}

/** Kept of a text that is no object, for an error message, characters. */
const maxText = 2_048

/**
 * Reads an answer by its bytes and never by its label: server-sent events, one JSON object a line, one JSON document, or
 * an array of objects, also mixed. An object is passed on as soon as its line is complete, so a missing blank line
 * between two events does no harm. What is no object is skipped, unless it is an object that was cut: then words are
 * missing, and it throws `upstream_broke_off`, as it does for an object or line of more than `maxBytes`. A web page
 * throws `upstream_refused`.
 */
export function createAnswerParser(frames: AnswerFrames, maxBytes = 33_554_432): StreamParser {
  const splitter = createLineSplitter(maxBytes)
  const lines = new AnswerLines(frames, maxBytes)
  return {
    push: (chunk) => splitter.push(chunk).forEach((line) => lines.take(line)),
    end() {
      splitter.end().forEach((line) => lines.take(line))
      lines.end()
    },
  }
}

class AnswerLines {
  readonly #frames: AnswerFrames
  readonly #scanner: JsonObjectScanner
  /** Of the event that is open. */
  #event = ''
  /** Text of this event that is no object. */
  #eventText = ''
  /** Text of the whole stream, while no object has come. */
  #text = ''
  #anyObject = false
  /** The open object began outside of an event. */
  #bare = false

  constructor(frames: AnswerFrames, maxBytes: number) {
    this.#frames = frames
    this.#scanner = new JsonObjectScanner((object) => {
      this.#anyObject = true
      this.#text = ''
      frames.object(object, this.#event)
    }, maxBytes)
  }

  take(line: string): void {
    if (this.#scanner.open && this.#bare) return void this.#scanner.push(line)
    if (this.#takeCommonLine(line)) return
    const content = line.trim()
    if (content === '') return this.#endEvent()
    if (content.startsWith('{') || content.startsWith('[')) return this.#takeContent(content, true)
    if (content.startsWith('<') && !this.#anyObject) throw webPage()
    const colon = content.indexOf(':')
    const name = (colon < 0 ? content : content.slice(0, colon)).trim().toLowerCase()
    const value = colon < 0 ? '' : content.slice(colon + 1).trim()
    if (name === 'data') return this.#takeContent(withoutPrefix(value), false)
    if (name === 'event') this.#event = value
    // llama.cpp wrote its errors as a field of this name.
    else if (name === 'error') {
      this.#event = 'error'
      this.#takeContent(value, false)
    } else if (name !== '' && name !== 'id' && name !== 'retry') this.#skip(content)
  }

  end(): void {
    this.#endEvent()
    // Nothing but text: that is the sentence of a proxy or a provider about what went wrong.
    if (this.#text.trim() !== '') this.#frames.errorText(this.#text.trim())
  }

  /** Nearly every line of a stream is one of these two: the general way below does the same for more CPU. */
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
    if (/^"?\[done\]"?$/i.test(content)) return this.#frames.done()
    this.#bare = bare
    const held = (content.startsWith('{') || content.startsWith('[')) && this.#scanner.push(content)
    if (!held) this.#skip(content)
  }

  #skip(content: string): void {
    this.#frames.skipped()
    if (content.startsWith(':')) return
    this.#eventText = joined(this.#eventText, content)
    if (!this.#anyObject) this.#text = joined(this.#text, content)
  }

  #endEvent(): void {
    const said = this.#eventText.trim()
    const isError = this.#event === 'error'
    this.#event = ''
    this.#eventText = ''
    if (this.#scanner.open) throw notJson()
    if (!isError || said === '') return
    this.#text = ''
    this.#frames.errorText(said)
  }
}

function joined(text: string, more: string): string {
  return text.length >= maxText ? text : `${text} ${more.slice(0, maxText)}`.slice(0, maxText)
}

/** Some proxies put the field's name before lines that have it already. */
function withoutPrefix(value: string): string {
  let rest = value
  for (let times = 0; times < 3 && rest.slice(0, 5).toLowerCase() === 'data:'; times++) {
    rest = rest.slice(5).trimStart()
  }
  return rest
}

function webPage(): UpstreamError {
  return new UpstreamError('upstream_refused', {
    status: 200,
    message:
      'The address of this connection returned a web page. Check that the address is complete; it often ends in /v1.',
  })
}
