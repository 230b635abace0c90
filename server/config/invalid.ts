import type { Finding } from '../base/index.ts'

/** The value of a variable (`about`) cannot be right: a start is refused. */
export function invalid(about: Pick<Finding, 'about' | 'problem' | 'cure'>): Finding {
  return { code: 'configuration-invalid', severity: 'error', ...about }
}
