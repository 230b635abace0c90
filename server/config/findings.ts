import type { Finding } from '../base/index.ts'

/** Where rules that look at more than one variable leave what they find. */
export interface Findings {
  problems: Finding[]
  warnings: string[]
}

/** The value of a variable (`about`) cannot be right: a start is refused. */
export function invalid(about: Pick<Finding, 'about' | 'problem' | 'cure'>): Finding {
  return { code: 'configuration-invalid', severity: 'error', ...about }
}
