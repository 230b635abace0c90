import { encodingFaults } from './encodings.ts'
import { endFaults } from './ends.ts'
import { errorFaults } from './errors.ts'
import { helloWorldResult, helloWorld } from './faulty-stream.ts'
import type { FaultyStream } from './faulty-stream.ts'
import { labelFaults } from './labels.ts'
import { lineFaults } from './lines.ts'

export { streamDeadlines } from './faulty-stream.ts'
export type { FaultyStream } from './faulty-stream.ts'

/** Each decoder must pass all these streams. */
export const faultyStreams: FaultyStream[] = [
  ...endFaults,
  ...labelFaults,
  ...lineFaults,
  ...errorFaults,
  ...encodingFaults,
  {
    name: 'B12: gzip without a label',
    steps: helloWorld,
    encoding: 'gzip',
    encodingLabel: null,
    expected: helloWorldResult,
  },
]
