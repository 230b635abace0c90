import { createOperationsUseCases } from '../operations/index.ts'
import type { UseCases } from '../use-case.ts'
import type { Services } from './services.ts'
import type { InstanceState } from './state.ts'

/** Combines the use cases of all layers into the table of operations. */
export function createUseCases(
  services: Services,
  { state, version, label }: { state: InstanceState; version: string; label: string },
): UseCases {
  return {
    ...services.accounts.useCases,
    ...services.chat.useCases,
    ...services.settingsUseCases,
    ...createOperationsUseCases({
      ...services,
      findings: state.findings,
      version,
      label,
    }),
  }
}
