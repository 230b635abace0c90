/**
 * Thrown when the installation's data cannot be used: its database does not respond, its disk is full, another process
 * has locked it, or its schema belongs to another version. The message is one sentence for an operator. Layers that may
 * not import the store recognise its errors by this class.
 */
export class Unavailable extends Error {
  /** `full`: nothing can be written until an operator frees disk space. `unavailable`: everything else. */
  readonly kind: 'unavailable' | 'full' = 'unavailable'
}
