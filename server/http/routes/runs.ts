import { operations } from '../../../protocol/http/index.ts'
import type { Serve } from '../serve-operation.ts'
import type { ChatUseCases } from '../use-cases.ts'

export function serveRuns(serve: Serve, chat: ChatUseCases): void {
  serve.operation(operations.startRun, chat.startRun)
  serve.operation(operations.stopRun, chat.stopRun)
  serve.operation(operations.listRuns, chat.listRuns)
}
