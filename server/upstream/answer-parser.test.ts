import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createAnswerParser } from './answer-parser.ts'
import type { StreamParser } from './answer-parser.ts'
import { UpstreamError } from './upstream-error.ts'

interface Read {
  objects: unknown[]
  events: string[]
  errors: string[]
  done: number
  skipped: number
}

function parserOf(maxBytes?: number): { parser: StreamParser; read: Read } {
  const read: Read = { objects: [], events: [], errors: [], done: 0, skipped: 0 }
  const parser = createAnswerParser(
    {
      onObject(object, event) {
        read.objects.push(object)
        read.events.push(event)
      },
      onDone: () => read.done++,
      onErrorText: (text) => read.errors.push(text),
      onSkippedLine: () => read.skipped++,
    },
    maxBytes,
  )
  return { parser, read }
}

/** Everything that was read before the stream ended or the parser threw. */
function parse(chunks: Buffer[], maxBytes?: number): Read & { fault?: string } {
  const { parser, read } = parserOf(maxBytes)
  try {
    for (const chunk of chunks) parser.push(chunk)
    parser.end()
    return read
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error
    return { ...read, fault: error.code }
  }
}

const readAll = (text: string): Read & { fault?: string } => parse([Buffer.from(text)])

describe('the elements of a stream', () => {
  test.each<[string, string, Partial<Read & { fault: string }>]>([
    ['events', 'data: {"a":1}\n\ndata: {"a":2}\n\n', { objects: [{ a: 1 }, { a: 2 }] }],
    ['an object in several data lines', 'data: {"a":\ndata: 1}\n\n', { objects: [{ a: 1 }] }],
    ['a string that contains brackets', 'data: {"a":"}{\\"]"}\n\n', { objects: [{ a: '}{"]' }] }],
    ['nested objects', '{"a":{"b":[{"c":1}]}}{"d":2}', { objects: [{ a: { b: [{ c: 1 }] } }, { d: 2 }] }],
    ['a document', '{\n  "a": [\n    1\n  ]\n}', { objects: [{ a: [1] }] }],
    ['a document with blank lines', '{\n\n"a":\n\n1}\n', { objects: [{ a: 1 }] }],
    ['an array', '[{"a":1},\n{"a":2}]', { objects: [{ a: 1 }, { a: 2 }] }],
    [
      'lines that are skipped',
      '1\n"{"\nping\ndata: x\n\n',
      { objects: [], skipped: 4, errors: ['1 "{" ping x'] },
    ],
    ['comments, which are not counted as skipped', ': a\n:\n\nid: 1\nretry: 2\n', { skipped: 0, errors: [] }],
    ['[DONE]', 'data: [DONE]\n\n[DONE]\ndata: "[done]"\n', { done: 3, skipped: 0 }],
    ['an error as text', 'event: error\ndata: oh\ndata: no\n\n', { errors: ['oh no'] }],
    ['an event name after its text', 'data: oh\nevent: error\n\n', { errors: ['oh'] }],
    [
      'a truncated object',
      'data: {"a":1}\n\ndata: {"b":\n\n',
      { objects: [{ a: 1 }], fault: 'upstream_broke_off' },
    ],
    [
      'a truncated string',
      '{"a":1}\n{"b":"x\n{"c":1}\n',
      { objects: [{ a: 1 }], fault: 'upstream_broke_off' },
    ],
    ['an object that is not JSON', "{'a':1}\n", { objects: [], fault: 'upstream_broke_off' }],
    ['a web page', '\n <html>', { fault: 'upstream_refused' }],
    ['nothing', '', { objects: [], errors: [], skipped: 0 }],
  ])('%s', (_name, text, expected) => {
    expect(readAll(text)).toMatchObject(expected)
  })

  test('the name of an event does not apply to the next event', () => {
    expect(readAll('event: error\ndata: {"a":1}\n\ndata: {"a":2}\n\n').events).toEqual(['error', ''])
  })

  test('an object is passed on before the blank line that follows it', () => {
    const { parser, read } = parserOf()
    parser.push(Buffer.from('data: {"a":1}\n'))
    expect(read.objects).toEqual([{ a: 1 }])
  })

  test('the result does not depend on the chunk borders', () => {
    const line = fc.oneof(
      fc.string({ unit: 'binary' }).map((text) => `data: ${text.replace(/[\r\n]/g, '')}`),
      fc.string({ unit: fc.constantFrom('{', '}', '[', ']', '"', '\\', ',', ':', '1', 'ö') }),
      fc.json().map((text) => `data: ${text}`),
      fc.object().map((object) => JSON.stringify(object, null, 1)),
      fc.constantFrom('', '', ': comment', 'event: error', 'data', '\uFEFF', '[DONE]'),
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

  test('every object is read, whatever is between the objects', () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue())
    const between = fc.constantFrom(
      '',
      ': ping\n\n',
      'data: 1\n\n',
      'data: : x\n',
      '\n',
      'data: "{"\n\n',
      'id: {\n',
    )
    const framed = fc.tuple(object, between, fc.constantFrom('data: ', 'data:', ''), fc.constantFrom(0, 2))
    fc.assert(
      fc.property(fc.array(framed), (pieces) => {
        const text = pieces
          .map(([value, junk, prefix, indent]) => {
            const json = JSON.stringify(value, null, prefix === '' ? indent : 0)
            return `${prefix}${json}\n\n${junk}`
          })
          .join('')
        expect(readAll(text).objects).toEqual(pieces.map(([value]) => JSON.parse(JSON.stringify(value))))
      }),
    )
  })

  test('a line without an end is refused, and the objects before it are kept', () => {
    const { parser, read } = parserOf(1000)
    parser.push(Buffer.from('data: {"a":1}\n\ndata: '))
    const flood = (): void => {
      for (let i = 0; i < 100; i++) parser.push(Buffer.alloc(100, 'x'))
    }
    expect(flood).toThrow(UpstreamError)
    expect(read.objects).toEqual([{ a: 1 }])
  })

  test('an object without an end is refused', () => {
    const { parser } = parserOf(1000)
    parser.push(Buffer.from('data: {"a":[\n'))
    const flood = (): void => {
      for (let i = 0; i < 100; i++) parser.push(Buffer.from('data: 0123456789012345678901234567890,\n'))
    }
    expect(flood).toThrow(/event of more than 1000 bytes/)
  })
})
