import { helloWorldResult, helloWorld } from './faulty-stream.ts'
import type { FaultyStream } from './faulty-stream.ts'

export const labelFaults: FaultyStream[] = [
  'application/json',
  'application/json; charset=utf-8',
  'text/plain',
  'text/html',
  'text/event-stream',
  'application/x-ndjson',
  'application/octet-stream',
  'nonsense',
  null,
].flatMap((contentType): FaultyStream[] => [
  {
    name: `C2: a stream labelled ${contentType}`,
    steps: helloWorld,
    contentType,
    expected: helloWorldResult,
  },
  {
    name: `C2: one JSON object labelled ${contentType}`,
    steps: (d) => [JSON.stringify(d.whole('Hello world'))],
    contentType,
    expected: helloWorldResult,
  },
  {
    name: `C2: one JSON object in several lines labelled ${contentType}`,
    steps: (d) => [`\n${JSON.stringify(d.whole('Hello world'), null, 2)}\n`],
    contentType,
    expected: helloWorldResult,
  },
  {
    name: `C2: one JSON object per line labelled ${contentType}`,
    steps: (d) => helloWorld(d).map((step) => step.replace(/^data: /, '')),
    contentType,
    expected: helloWorldResult,
  },
  {
    name: `C2: server-sent events labelled ${contentType}`,
    steps: (d) => helloWorld(d).map((step) => step.replace(/^(?=\{)(.*)\n$/, 'data: $1\n\n')),
    contentType,
    expected: helloWorldResult,
  },
  {
    name: `C2: a web page labelled ${contentType}`,
    steps: () => ['\n<!doctype html><title>Sign in</title>'],
    contentType,
    expected: { error: 'upstream_refused', message: 'web page' },
  },
])
