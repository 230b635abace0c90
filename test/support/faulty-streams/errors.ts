import { helloWorldResult } from './faulty-stream.ts'
import type { FaultyStream } from './faulty-stream.ts'

const sentence = 'The GPU is on fire'
export const errorFaults: FaultyStream[] = [
  ...[
    { error: { message: sentence } },
    { error: sentence },
    { error: { error: { message: sentence } } },
    { error: { message: JSON.stringify({ error: { message: sentence } }) } },
    { error: [{ message: sentence }] },
    [{ error: { message: sentence } }],
  ].flatMap((error): FaultyStream[] => [
    {
      name: `C6: ${JSON.stringify(error)} during the answer`,
      steps: (d) => [d.frame(d.piece('Hello ')), d.frame(error)],
      expected: { text: 'Hello ', error: 'upstream_broke_off', message: sentence },
    },
    {
      name: `C6: ${JSON.stringify(error)} alone, without framing`,
      steps: () => [JSON.stringify(error)],
      expected: { error: 'upstream_broke_off', message: sentence },
    },
    {
      name: `C6: ${JSON.stringify(error)} in several lines, after a comment`,
      steps: () => [': hi\n\n', JSON.stringify(error, null, 2)],
      expected: { error: 'upstream_broke_off', message: sentence },
    },
  ]),
  {
    name: 'C6: an event named error with an object',
    steps: (d) => [d.frame(d.piece('Hello ')), `event: error\ndata: {"message":"${sentence}"}\n\n`],
    expected: { text: 'Hello ', error: 'upstream_broke_off', message: sentence },
  },
  {
    name: 'C6: an event named error with text',
    steps: (d) => [d.frame(d.piece('Hello ')), `event: error\ndata: ${sentence}\n\n`],
    expected: { text: 'Hello ', error: 'upstream_broke_off', message: sentence },
  },
  {
    name: 'C6: a field named error',
    steps: (d) => [d.frame(d.piece('Hello ')), `error: {"message":"${sentence}"}\n\n`],
    expected: { text: 'Hello ', error: 'upstream_broke_off', message: sentence },
  },
  {
    name: 'C6: only a sentence',
    steps: () => [`${sentence}\n`],
    expected: { error: 'upstream_broke_off', message: sentence },
  },
  {
    name: 'C6: only a sentence in an event',
    steps: () => [`data: ${sentence}\n\n`],
    expected: { error: 'upstream_broke_off', message: sentence },
  },
  {
    name: 'C6: an error after an end on every piece',
    steps: (d) => [d.frame(d.piece('Hello ', 'stop')), d.frame({ error: { message: sentence } })],
    expected: { text: 'Hello ', error: 'upstream_broke_off', message: sentence },
  },
  {
    name: 'C6: an error field that is null or empty is ignored',
    steps: (d) => [
      d.frame({ ...d.piece('Hello '), error: null }),
      d.frame({ ...d.piece('world'), error: '' }),
      d.frame(d.end('stop')),
      d.done,
    ],
    expected: helloWorldResult,
  },
]
