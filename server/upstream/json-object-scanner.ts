import type { JsonObject } from './read-json.ts'
import { asObject } from './read-json.ts'
import { UpstreamError } from './upstream-error.ts'

/**
 * Finds the JSON objects in lines of text. An object may span several lines, several objects may share a line, and they
 * may be elements of an array. Everything between the objects is ignored. An object that cannot be parsed throws
 * `upstream_broke_off`, because text may be missing; so does an object that is longer than `maxLength`.
 */
export class JsonObjectScanner {
  readonly #onObject: (object: JsonObject) => void
  readonly #maxLength: number
  #parts: string[] = []
  #length = 0
  #depth = 0
  #inString = false

  constructor(onObject: (object: JsonObject) => void, maxLength: number) {
    this.#onObject = onObject
    this.#maxLength = maxLength
  }

  /** Whether an object has begun and not ended. */
  get open(): boolean {
    return this.#depth > 0
  }

  /** Scans one line. Returns whether it held any part of an object. */
  push(line: string): boolean {
    if (this.open) return this.#scan(line)
    // Nearly every line is exactly one object, and `JSON.parse` is faster than a scan of each character.
    const object = line.startsWith('{') && line.endsWith('}') ? asObject(parseOrUndefined(line)) : undefined
    if (!object) return this.#scan(line)
    this.#onObject(object)
    return true
  }

  #scan(line: string): boolean {
    let start = this.open ? 0 : -1
    let found = this.open
    for (let at = 0; at < line.length; at++) {
      const char = line.charCodeAt(at)
      if (this.#inString) {
        if (char === backslash) at++
        else if (char === quote) this.#inString = false
      } else if (char === quote) this.#inString = true
      else if (char === openBrace || (char === openBracket && this.open)) {
        if (this.#depth++ === 0) start = at
        found = true
      } else if ((char === closeBrace || char === closeBracket) && this.open && --this.#depth === 0) {
        this.#emit(line.slice(start, at + 1))
        start = -1
      }
    }
    const inString = this.#inString
    this.#inString = false
    if (!this.open) return found
    // A JSON string cannot contain a line end, so this object was truncated.
    if (inString) throw invalidJsonError()
    this.#keep(line.slice(start))
    return true
  }

  #emit(last: string): void {
    const text = this.#parts.length === 0 ? last : [...this.#parts, last].join('\n')
    this.#parts = []
    this.#length = 0
    const object = asObject(parseOrUndefined(text))
    if (!object) throw invalidJsonError()
    this.#onObject(object)
  }

  #keep(part: string): void {
    this.#parts.push(part)
    this.#length += part.length + 1
    if (this.#length <= this.#maxLength) return
    throw new UpstreamError('upstream_broke_off', {
      message: `The model provider sent an event of more than ${this.#maxLength} bytes. Try again, or choose another model.`,
    })
  }
}

const quote = 34
const backslash = 92
const openBrace = 123
const closeBrace = 125
const openBracket = 91
const closeBracket = 93

export function invalidJsonError(): UpstreamError {
  return new UpstreamError('upstream_broke_off', {
    message: 'The model provider sent invalid JSON during the answer. Try again.',
  })
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The caller decides whether invalid JSON is an error.
    return undefined
  }
}
