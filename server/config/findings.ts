import type { Finding } from '../base/index.ts'

/** The problems and warnings that reading the configuration has found so far. */
export interface Findings {
  problems: Finding[]
  warnings: string[]
}

/** The problem that the value of a variable (`about`) is invalid; Shoal then refuses to start. */
export function invalid(about: Pick<Finding, 'about' | 'problem' | 'cure'>): Finding {
  return { code: 'configuration-invalid', severity: 'error', ...about }
}
