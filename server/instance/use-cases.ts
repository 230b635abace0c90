import { createOperationsUseCases } from '../operations/index.ts'
import type { UseCases } from '../use-case.ts'
import type { Services } from './services.ts'
import type { InstanceState } from './state.ts'

/** Every operation with the use case that serves it, from the layer whose rules it follows. */
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
