import { operations } from '../../../protocol/http/index.ts'
import type { Serve } from '../serve-operation.ts'
import type { SettingsUseCases } from '../use-cases.ts'

export function serveModels(serve: Serve, settings: SettingsUseCases): void {
  serve.operation(operations.listModels, settings.listModels)
}
