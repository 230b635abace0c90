/** One step of the schema. It changes structure only; rows are filled by a job, in batches. */
export interface Migration {
  number: number
  name: string
  /** `expand` only adds, so that older code goes on; `contract` takes away what `oldestCode` no longer needs. */
  kind: 'expand' | 'contract'
  /** The least schema number that code must know to live with a database that has this step. */
  oldestCode: number
  /** For a step that needs every row filled by a job: the job, and a query for one row that is not. Until then it refuses. */
  after?: { job: string; unfilled: (prefix: string) => string }
  /** `prefix` goes before each table's name. Keys between tables are checked at the end of the step, not within it. */
  statements: (prefix: string, newNonce: () => string, engine: EngineKind) => string[]
}

export type EngineKind = 'sqlite' | 'postgres'

export const prefixes: Record<EngineKind, string> = { sqlite: '', postgres: 'shoal.' }
