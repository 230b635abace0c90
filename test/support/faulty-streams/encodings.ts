import { helloWorldResult, helloWorld, shortPause } from './faulty-stream.ts'
import type { FaultyStream } from './faulty-stream.ts'

export const encodingFaults: FaultyStream[] = (
  ['gzip', 'br', 'deflate', 'deflate-raw', 'zstd'] as const
).flatMap((encoding): FaultyStream[] => [
  { name: `B12: a body in ${encoding}`, steps: helloWorld, encoding, expected: helloWorldResult },
  {
    name: `B12: a body in ${encoding}, byte by byte`,
    steps: helloWorld,
    encoding,
    byteByByte: true,
    expected: helloWorldResult,
  },
  {
    name: `B12: a body in ${encoding} that breaks`,
    steps: (d) => [d.frame(d.piece('Hello ')), shortPause],
    encoding,
    ending: 'break',
    expected: { text: 'Hello ', error: 'upstream_broke_off' },
  },
  {
    name: `B12: a plain body labelled ${encoding}`,
    steps: helloWorld,
    encodingLabel: encoding,
    expected: helloWorldResult,
  },
])
