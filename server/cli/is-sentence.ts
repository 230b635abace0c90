/** Errors whose message is written for an operator: where the code failed adds nothing to it. */
export function isSentence(error: unknown): boolean {
  return error instanceof Error && ['StoreLocked', 'StoreError', 'SchemaMismatch'].includes(error.name)
}
