/** One step of the schema. The same statements run on both engines. */
export interface Migration {
  number: number
  name: string
  /** `expand` only adds, so that older code goes on; `contract` takes away what `oldestCode` no longer needs. */
  kind: 'expand' | 'contract'
  /** The least schema number that code must know to live with a database that has this step. */
  oldestCode: number
  statements: (prefix: string, newNonce: () => string) => string[]
}
