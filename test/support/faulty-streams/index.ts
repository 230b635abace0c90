import { encodingFaults } from './encodings.ts'
import { endFaults } from './ends.ts'
import { errorFaults } from './errors.ts'
import { good, proper } from './faulty-stream.ts'
import type { FaultyStream } from './faulty-stream.ts'
import { labelFaults } from './labels.ts'
import { lineFaults } from './lines.ts'

export { streamDeadlines } from './faulty-stream.ts'
export type { FaultyStream } from './faulty-stream.ts'

/** Every decoder has to pass all of them. */
export const faultyStreams: FaultyStream[] = [
  ...endFaults,
  ...labelFaults,
  ...lineFaults,
  ...errorFaults,
  ...encodingFaults,
  {
    name: 'B12: gzip that nobody labelled',
    steps: proper,
    encoding: 'gzip',
    encodingLabel: null,
    expected: good,
  },
]
