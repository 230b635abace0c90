/**
 * The installation's data cannot be used: its database does not answer, its disk is full, another process has it, or
 * its schema is not this version's. The message is one sentence for an operator. A layer that may not import the store
 * recognises its errors by this class.
 */
export class Unavailable extends Error {
  /** `full`: nothing more can be written until an operator makes room. `unavailable`: everything else. */
  readonly kind: 'unavailable' | 'full' = 'unavailable'
}
