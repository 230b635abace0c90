import { operations } from '../../../protocol/http/index.ts'
import type { Serve } from '../serve-operation.ts'
import type { SettingsUseCases } from '../use-cases.ts'

export function serveConnections(serve: Serve, settings: SettingsUseCases): void {
  serve.operation(operations.listConnections, settings.listConnections)
  serve.operation(operations.createConnection, settings.createConnection)
  serve.operation(operations.updateConnection, settings.updateConnection)
  serve.operation(operations.deleteConnection, settings.deleteConnection)
  serve.operation(operations.verifyConnection, settings.verifyConnection)
  serve.operation(operations.discoverOllama, settings.discoverOllama)
}
