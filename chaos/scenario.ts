import type { Bench } from './support/bench.ts'

/** The result of a scenario, which compares Shoal with its own record of what happened. */
export interface ScenarioResult {
  /** The measurement, in the units of the bound. */
  measured: string
  /** One sentence for each violation of the promise. Empty if the promise was kept. */
  broken: string[]
}

/** Breaks a real server or connection, and checks one promise of docs/design/runs.md. */
export interface Scenario {
  name: string
  /** The number of the promise, from P1 to P14. */
  promise: string
  /** The condition that must hold. */
  bound: string
  /** Whether it also runs in `npm test`. */
  short: boolean
  /** Whether it needs the whole machine, so that no other scenario runs at the same time. */
  alone?: boolean
  /** Returns the reason why it cannot run on this machine; undefined if it can. */
  unmetRequirement?: () => string | undefined
  run(bench: Bench): Promise<ScenarioResult>
}
