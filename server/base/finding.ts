/**
 * A problem of this installation that its operator should know. Configuration, readiness, Redis and the comparison of
 * installations all describe problems in this form, so that users see the same sentence wherever a problem is shown.
 */
export interface Finding {
  /** Kebab-case and stable, since scripts compare it. */
  code: string
  /** The name of a variable, an address, `store` or `redis`. */
  about: string
  /** `error`: something does not work. `warning`: everything still works. */
  severity: 'error' | 'warning'
  /** What is wrong, without a full stop. */
  problem: string
  /** What to do about it, without a full stop; empty if the problem passes without action. */
  cure: string
}

/** The problem and its cure, in one sentence. */
export function sentenceOf({ problem, cure }: Pick<Finding, 'problem' | 'cure'>): string {
  return cure === '' ? problem : `${problem}: ${cure}`
}
