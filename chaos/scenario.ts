import type { Bench } from './support/bench.ts'

/** What a scenario found, against a record of the truth that it kept itself. */
export interface Finding {
  /** What was measured, in the units of the bound. */
  measured: string
  /** Sentences, one for each way in which the promise was broken; none: kept. */
  broken: string[]
}

/** Breaks something for real, and checks one promise of docs/design/runs.md. */
export interface Scenario {
  name: string
  /** P1 to P14. */
  promise: string
  /** What must hold. */
  bound: string
  /** Runs in `npm test` too. */
  short: boolean
  /** Needs the whole machine: nothing else runs beside it. */
  alone?: boolean
  /** Why it cannot run on this machine; undefined: it can. */
  lacks?: () => string | undefined
  run(bench: Bench): Promise<Finding>
}
