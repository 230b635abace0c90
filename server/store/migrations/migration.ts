/** One step of the schema. It only changes the structure; a job fills rows, in batches. */
export interface Migration {
  number: number
  name: string
  /** `expand` only adds, so that older code still works; `contract` removes what `oldestCode` no longer needs. */
  kind: 'expand' | 'contract'
  /** The lowest schema number that code must know to work with a database that has this step. */
  oldestCode: number
  /**
   * For a step that requires that a job has filled all rows: the job, and a query for unfilled rows. The step is
   * refused as long as there are any.
   */
  after?: { job: string; unfilled: (prefix: string) => string }
  /** `prefix` goes before each table name. Foreign keys are checked at the end of the step, not within it. */
  statements: (prefix: string, newNonce: () => string, engine: EngineKind) => string[]
}

export type EngineKind = 'sqlite' | 'postgres'

export const prefixes: Record<EngineKind, string> = { sqlite: '', postgres: 'shoal.' }
