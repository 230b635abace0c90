import type { Check } from './check.ts'
import { containerChecks } from './container-checks.ts'
import { kubernetesChecks } from './kubernetes-checks.ts'
import { proxyChecks } from './proxy-checks.ts'
import { serviceChecks } from './service-checks.ts'

/** Everything that can be said about the files of deploy/ without starting what they describe. */
export function checks(temporary: string): Check[] {
  return [
    ...proxyChecks(temporary),
    ...containerChecks(temporary),
    ...serviceChecks(temporary),
    ...kubernetesChecks(temporary),
  ]
}
