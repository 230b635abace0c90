import { operations } from '../../../protocol/http/index.ts'
import type { Serve } from '../serve-operation.ts'
import type { ClusterUseCases } from '../use-cases.ts'

export function serveApp(serve: Serve, cluster: ClusterUseCases): void {
  serve.operation(operations.getApp, cluster.getApp)
}
