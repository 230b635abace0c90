/**
 * Something about this installation that an operator should know. Configuration, readiness, Redis and the comparison of
 * installations all describe a problem in this form, so that it reads the same wherever it is shown.
 */
export interface Finding {
  /** Kebab-case and stable: what scripts compare. */
  code: string
  /** What it concerns: the name of a variable, an address, `store`, `redis`. */
  about: string
  /** `error`: something does not work. `warning`: everything works, for now. */
  severity: 'error' | 'warning'
  /** What is wrong, without a full stop. */
  problem: string
  /** What to do about it, without a full stop; empty where it passes by itself. */
  cure: string
}

/** The problem and its cure, in one sentence. */
export function sentenceOf({ problem, cure }: Pick<Finding, 'problem' | 'cure'>): string {
  return cure === '' ? problem : `${problem}: ${cure}`
}
