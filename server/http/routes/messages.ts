import { operations } from '../../../protocol/http/index.ts'
import type { Serve } from '../serve-operation.ts'
import type { ChatUseCases } from '../use-cases.ts'

export function serveMessages(serve: Serve, chat: ChatUseCases): void {
  serve.operation(operations.deleteMessage, chat.deleteMessage)
  serve.operation(operations.restoreMessage, chat.restoreMessage)
}
