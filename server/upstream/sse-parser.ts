import { createLineSplitter } from './line-splitter.ts'
import { UpstreamError } from './upstream-error.ts'

export interface SseEvent {
  /** Empty when the stream did not name one. */
  event: string
  data: string
}

export interface StreamParser {
  push(chunk: Buffer): void
  /** Takes what had no proper end: providers forget the last blank line. */
  end(): void
}

/**
 * Server-sent events as in the WHATWG HTML standard, section 9.2.6, without `id` and `retry`. Any cutting of the bytes
 * gives the same events. More than `maxBytes` for one line or one event throws `upstream_broke_off`; so does whatever
 * `onEvent` throws, after the events before it.
 */
export function createSseParser(onEvent: (event: SseEvent) => void, maxBytes = 4_194_304): StreamParser {
  const splitter = createLineSplitter(maxBytes)
  let event = ''
  let data: string | undefined

  function takeLine(line: string): void {
    if (line === '') return dispatch()
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    if (name !== 'data' && name !== 'event') return
    const value = colon < 0 ? '' : line.slice(line.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1)
    if (name === 'event') event = value
    else addData(value)
  }

  function addData(value: string): void {
    data = data === undefined ? value : `${data}\n${value}`
    if (data.length > maxBytes) {
      throw new UpstreamError('upstream_broke_off', {
        message: `The model provider sent an event of more than ${maxBytes} bytes.`,
      })
    }
  }

  function dispatch(): void {
    const complete = data === undefined ? undefined : { event, data }
    event = ''
    data = undefined
    if (complete) onEvent(complete)
  }

  return {
    push: (chunk) => splitter.push(chunk).forEach(takeLine),
    end() {
      splitter.end().forEach(takeLine)
      dispatch()
    },
  }
}
