import { helloWorldResult, longPause, helloWorld, shortPause } from './faulty-stream.ts'
import type { FaultyStream } from './faulty-stream.ts'

export const endFaults: FaultyStream[] = [
  {
    name: 'C1: an end on every piece',
    steps: (d) => [
      d.frame(d.piece('Hel', 'stop')),
      shortPause,
      d.frame(d.piece('lo ', 'stop')),
      longPause,
      d.frame(d.piece('world', 'stop')),
      d.done,
    ],
    expected: helloWorldResult,
  },
  {
    name: 'C1: an end on a first empty piece, a pause, then text',
    steps: (d) => [d.frame(d.end('stop')), longPause, ...helloWorld(d)],
    expected: helloWorldResult,
  },
  {
    name: 'C1: an end that text cancels, then another end, a pause, and more text',
    steps: (d) => [
      d.frame(d.piece('Hel')),
      d.frame(d.end('tool_calls')),
      d.frame(d.piece('lo ')),
      d.frame(d.end('stop')),
      longPause,
      d.frame(d.piece('world')),
      d.frame(d.end('stop')),
      d.done,
    ],
    expected: helloWorldResult,
  },
  {
    name: 'C1: reasoning after an end cancels it, too',
    steps: (d) => [d.frame(d.end('stop')), d.frame(d.thought('hm')), longPause, ...helloWorld(d)],
    expected: { ...helloWorldResult, reasoning: 'hm' },
  },
  {
    name: 'C1: [DONE] before the first word',
    steps: (d) => ['data: [DONE]\n\n', shortPause, ...helloWorld(d)],
    expected: helloWorldResult,
  },
  {
    name: 'C1: [DONE] after every piece',
    steps: (d) => [
      d.frame(d.piece('Hello ')),
      'data: [DONE]\n\n',
      shortPause,
      d.frame(d.piece('world')),
      d.frame(d.end('stop')),
      'data: [DONE]\n\n',
    ],
    expected: helloWorldResult,
  },
  {
    name: 'C1: the same end several times',
    steps: (d) => [...helloWorld(d), d.frame(d.end('stop')), d.frame(d.end('stop')), d.done],
    expected: helloWorldResult,
  },
  {
    name: 'C1: the last end counts',
    steps: (d) => [d.frame(d.piece('Hello ', 'stop')), d.frame(d.piece('world')), d.frame(d.end('length'))],
    expected: { text: 'Hello world', end: 'length' },
  },
  {
    name: 'C1: an end on every piece, and the provider never closes the connection',
    steps: (d) => [d.frame(d.piece('Hello ', 'stop')), shortPause, d.frame(d.piece('world', 'stop'))],
    ending: 'hang',
    expected: helloWorldResult,
  },
  {
    name: 'C1: one end, and the provider never closes the connection',
    steps: (d) => [d.frame(d.piece('Hello world')), d.frame(d.end('stop'))],
    ending: 'hang',
    expected: helloWorldResult,
  },
  {
    name: 'C1: an end on every piece, and the connection breaks',
    steps: (d) => [d.frame(d.piece('Hello ', 'stop')), shortPause, d.frame(d.piece('wor', 'stop'))],
    ending: 'break',
    expected: { text: 'Hello wor', error: 'upstream_broke_off' },
  },
  {
    name: 'C1: an end on a first empty piece, and the connection breaks',
    steps: (d) => [d.frame(d.end('stop')), shortPause],
    ending: 'break',
    expected: { error: 'upstream_broke_off' },
  },
  {
    name: 'C1: one end after the text, and the connection breaks',
    steps: (d) => [d.frame(d.piece('Hello world')), d.frame(d.end('stop')), shortPause],
    ending: 'break',
    expected: helloWorldResult,
  },
  {
    name: 'C1: no end at all',
    steps: (d) => [d.frame(d.piece('Hello '))],
    expected: { text: 'Hello ', error: 'upstream_broke_off' },
  },
  {
    name: 'C1: an unknown reason',
    steps: (d) => [d.frame(d.piece('Hello world')), d.frame(d.end('because')), d.done],
    expected: { text: 'Hello world', end: 'unknown' },
  },
  {
    name: 'C1: a reason in capitals',
    steps: (d) => [d.frame(d.piece('Hello world')), d.frame(d.end('MAX_TOKENS')), d.done],
    expected: { text: 'Hello world', end: 'length' },
  },
  {
    name: 'C19: the content filter is an end and not an error',
    steps: (d) => [d.frame(d.piece('Hello world')), d.frame(d.end('content_filter')), d.done],
    expected: { text: 'Hello world', end: 'content-filter' },
  },
]
