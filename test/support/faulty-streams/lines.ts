import { helloWorldAround, helloWorldResult, helloWorld } from './faulty-stream.ts'
import type { FaultyStream } from './faulty-stream.ts'

const keepAlives = [
  'data: : keepalive\n\n',
  'data: : ping\n',
  'data:\n\n',
  'data: \n\n',
  'data\n\n',
  ': keepalive\n\n',
  ':\n',
  ':keepalive\r\n\r\n',
  'event: ping\ndata: {}\n\n',
  'event: ping\n\n',
  'id: 7\nretry: 100\n\n',
  'retry: 100\n',
  '\n\n\n',
  '\r\r',
  ' \n',
  'keepalive\n',
  'data: ping\n\n',
  'data: ok\ndata: : x\n\n',
  'data: 0\n\n',
  'data: -1.5e3\n\n',
  'data: true\n\n',
  'data: null\n\n',
  'data: "text"\n\n',
  'data: "{\\"a\\":"\n\n',
  'data: []\n\n',
  'data: [1, "two", null]\n\n',
  'data: ["}", "{"]\n\n',
  'data: [warn] still "loading\n\n',
  'data: {}\n\n',
  'DATA: {}\n\n',
  '\uFEFF\n',
]

export const lineFaults: FaultyStream[] = [
  ...keepAlives.flatMap((text): FaultyStream[] => [
    {
      name: `C3: ${JSON.stringify(text)} between two pieces`,
      steps: (d) => helloWorldAround(d, text),
      expected: helloWorldResult,
    },
    {
      name: `C3: ${JSON.stringify(text)} before the first piece and after the last`,
      steps: (d) => [text, ...helloWorld(d), text],
      expected: helloWorldResult,
    },
  ]),
  ...['0', '""', 'null', '[]', '[null]', 'ping', ': ping', '', 'undefined'].map((text): FaultyStream => ({
    name: `C3: “${text}” instead of an object`,
    steps: (d) => helloWorldAround(d, d.line(text)),
    expected: helloWorldResult,
  })),
  {
    name: 'C3: only keep-alives after the last piece of text',
    steps: (d) => [...helloWorld(d), ': a\n\n', 'data: : b\n\n'],
    expected: helloWorldResult,
  },
  {
    name: 'C3: a truncated object during the answer is an error',
    steps: (d) => [
      d.frame(d.piece('Hello ')),
      d.line('{"choices":[{"delta":'),
      d.frame(d.piece('world')),
      d.done,
    ],
    expected: { text: 'Hello ', error: 'upstream_broke_off' },
  },
  {
    name: 'C3: no blank line between the events',
    steps: (d) => helloWorld(d).map((step) => step.replace(/\n\n$/, '\n')),
    expected: helloWorldResult,
  },
  {
    name: 'C3: no line end after the last line',
    steps: (d) => [d.frame(d.piece('Hello world')), d.frame(d.end('stop')).trimEnd()],
    expected: helloWorldResult,
  },
  {
    name: 'C3: two objects on one line',
    steps: (d) => [d.line(JSON.stringify(d.piece('Hello ')) + JSON.stringify(d.piece('world', 'stop')))],
    expected: helloWorldResult,
  },
  {
    name: 'C3: an array of pieces',
    steps: (d) => [d.line(JSON.stringify([d.piece('Hello '), d.piece('world'), d.end('stop')]))],
    expected: helloWorldResult,
  },
  {
    name: 'C3: an array of pieces in several lines',
    steps: (d) => [
      `[\n${[d.piece('Hello '), d.piece('world', 'stop')].map((it) => JSON.stringify(it, null, 1)).join('\n,\r\n')}\n]`,
    ],
    expected: helloWorldResult,
  },
  {
    name: 'C3: a byte order mark',
    steps: (d) => ['\uFEFF', ...helloWorld(d)],
    expected: helloWorldResult,
  },
  ...['\r\n', '\r'].map((lineEnd): FaultyStream => ({
    name: `C3: lines that end in ${JSON.stringify(lineEnd)}`,
    steps: (d) => helloWorld(d).map((step) => step.replaceAll('\n', lineEnd)),
    expected: helloWorldResult,
  })),
  {
    name: 'C3: the field name twice, without a space, and in capitals',
    steps: (d) => [
      `data: data: ${JSON.stringify(d.piece('Hel'))}\n\n`,
      `data:${JSON.stringify(d.piece('lo '))}\n\n`,
      `DATA:   ${JSON.stringify(d.piece('world'))}\n\n`,
      d.frame(d.end('stop')),
    ],
    expected: helloWorldResult,
  },
  {
    name: 'C3: the bytes arrive one by one',
    steps: (d) => ['\uFEFF: hi\r\n\r\n', ...helloWorld(d).map((step) => step.replaceAll('\n', '\r\n'))],
    byteByByte: true,
    expected: helloWorldResult,
  },
  {
    name: 'C3: multi-byte characters arrive one byte at a time',
    steps: (d) => [d.frame(d.piece('Grüße 👋 日本')), d.frame(d.end('stop')), d.done],
    byteByByte: true,
    expected: { text: 'Grüße 👋 日本', end: 'stop' },
  },
]
