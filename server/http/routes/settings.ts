import { operations } from '../../../protocol/http/index.ts'
import type { Serve } from '../serve-operation.ts'
import type { SettingsUseCases } from '../use-cases.ts'

export function serveSettings(serve: Serve, settings: SettingsUseCases): void {
  serve.operation(operations.getSettings, settings.getSettings)
  serve.operation(operations.putSettings, settings.putSettings)
}
