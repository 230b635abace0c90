import { createLineSplitter } from './line-splitter.ts'
import type { StreamParser } from './sse-parser.ts'
import { UpstreamError } from './upstream-error.ts'

/**
 * One JSON value a line; blank lines are skipped. A line that is not JSON, or longer than `maxBytes`, throws
 * `upstream_broke_off` after the values before it.
 */
export function createJsonLinesParser(onValue: (value: unknown) => void, maxBytes = 4_194_304): StreamParser {
  const splitter = createLineSplitter(maxBytes)
  const takeLine = (line: string): void => {
    if (line.trim() !== '') onValue(parseJson(line))
  }
  return {
    push: (chunk) => splitter.push(chunk).forEach(takeLine),
    end: () => splitter.end().forEach(takeLine),
  }
}

/** `JSON.parse` for what a provider sent in an answer: anything else throws `upstream_broke_off`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new UpstreamError('upstream_broke_off', {
      message: 'The model provider sent something that is not JSON in mid-answer.',
      cause,
    })
  }
}
