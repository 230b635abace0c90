import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createJsonLinesParser } from './json-lines.ts'
import { createSseParser } from './sse-parser.ts'
import type { SseEvent } from './sse-parser.ts'
import { UpstreamError } from './upstream-error.ts'

function parse(chunks: Buffer[], maxBytes?: number): SseEvent[] {
  const events: SseEvent[] = []
  const parser = createSseParser((event) => events.push(event), maxBytes)
  for (const chunk of chunks) parser.push(chunk)
  parser.end()
  return events
}

const data = (text: string): string[] => parse([Buffer.from(text)]).map((event) => event.data)

describe('server-sent events', () => {
  test.each([
    ['LF', 'data: a\n\ndata: b\n\n', ['a', 'b']],
    ['CRLF', 'data: a\r\n\r\ndata: b\r\n\r\n', ['a', 'b']],
    ['CR', 'data: a\r\rdata: b\r\r', ['a', 'b']],
    ['line ends mixed', 'data: a\r\n\ndata: b\r\r\n', ['a', 'b']],
    ['comments', ': hello\n:\ndata: a\n: between\n\n', ['a']],
    ['several data lines', 'data: a\ndata\ndata:  b\n\n', ['a\n\n b']],
    ['no space', 'data:a\n\n', ['a']],
    ['other fields', 'id: 1\nretry: 5\nfoo\ndata: a\n\n', ['a']],
    ['an event without data', 'event: x\n\ndata: a\n\n', ['a']],
    ['no blank line at the end', 'data: a\n\ndata: b', ['a', 'b']],
    ['a byte order mark', '\uFEFFdata: a\n\n', ['a']],
    ['a byte order mark later on', 'data: a\n\n\uFEFFdata: b\n\ndata: c\n\n', ['a', 'c']],
    ['blank lines', '\n\n\ndata: a\n\n\n\n', ['a']],
    ['nothing', '', []],
  ])('%s', (_name, text, expected) => {
    expect(data(text)).toEqual(expected)
  })

  test('the name of an event belongs to it alone', () => {
    expect(parse([Buffer.from('event: error\ndata: a\n\ndata: b\n\n')])).toEqual([
      { event: 'error', data: 'a' },
      { event: '', data: 'b' },
    ])
  })

  test('any cutting of the bytes gives the same events', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary' }).map((text) => `data: ${text.replace(/[\r\n]/g, '')}`),
      fc.constantFrom('', '', ': comment', 'event: error', 'data', 'data:x', '\uFEFF'),
    )
    const stream = fc
      .array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r')))
      .map((lines) => Buffer.from(lines.map(([text, end]) => text + end).join('')))
    const bytes = fc.oneof(
      stream,
      fc.uint8Array().map((raw) => Buffer.from(raw)),
    )
    fc.assert(
      fc.property(bytes, fc.array(fc.nat(200)), (whole, cuts) => {
        const borders = [
          0,
          ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b),
          whole.length,
        ]
        const chunks = borders.slice(1).map((end, at) => whole.subarray(borders[at], end))
        const single = Array.from(whole, (byte) => Buffer.of(byte))
        expect(parse(chunks)).toEqual(parse([whole]))
        expect(parse(single)).toEqual(parse([whole]))
      }),
      { numRuns: 500 },
    )
  })

  test('a line that never ends is refused, and the events before it are kept', () => {
    const events: SseEvent[] = []
    const parser = createSseParser((event) => events.push(event), 1000)
    parser.push(Buffer.from('data: a\n\ndata: '))
    const flood = (): void => {
      for (let i = 0; i < 100; i++) parser.push(Buffer.alloc(100, 'x'))
    }
    expect(flood).toThrow(UpstreamError)
    expect(events).toEqual([{ event: '', data: 'a' }])
  })

  test('an event that never ends is refused', () => {
    const parser = createSseParser(() => undefined, 1000)
    const flood = (): void => {
      for (let i = 0; i < 100; i++) parser.push(Buffer.from('data: 0123456789012345678901234567890\n'))
    }
    expect(flood).toThrow(/event of more than 1000 bytes/)
  })
})

describe('JSON lines', () => {
  function values(...chunks: string[]): unknown[] {
    const found: unknown[] = []
    const parser = createJsonLinesParser((value) => found.push(value))
    for (const chunk of chunks) parser.push(Buffer.from(chunk))
    parser.end()
    return found
  }

  test('one value a line, however cut, with or without the last line end', () => {
    expect(values('{"a":', '1}\n\n[2', ']\r', '\n"drei"')).toEqual([{ a: 1 }, [2], 'drei'])
  })

  test('a line that is not JSON throws behind the values before it', () => {
    const found: unknown[] = []
    const parser = createJsonLinesParser((value) => found.push(value))
    expect(() => parser.push(Buffer.from('1\n{oops\n2\n'))).toThrow(UpstreamError)
    expect(found).toEqual([1])
  })
})
