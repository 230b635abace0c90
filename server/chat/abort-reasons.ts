import type { RunError } from '../../protocol/index.ts'

// Why the driver of a run closes its question to the model before the model has ended.

/** A person pressed Stop. */
export class Stopped extends Error {}

/** The run is not, or will not be, this instance's. */
export class Abandoned extends Error {}

export class TooLong extends Error {
  readonly error: RunError = {
    code: 'too_large',
    message: 'The answer was ended here: it had grown too long.',
  }
}
