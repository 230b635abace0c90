import { operations } from '../../../protocol/http/index.ts'
import type { Serve } from '../serve-operation.ts'
import type { ChatUseCases } from '../use-cases.ts'

export function serveChats(serve: Serve, chat: ChatUseCases): void {
  serve.operation(operations.listChats, chat.listChats)
  serve.operation(operations.searchMessages, chat.searchMessages)
  serve.operation(operations.getChat, chat.getChat)
  serve.operation(operations.updateChat, chat.updateChat)
  serve.operation(operations.deleteChat, chat.deleteChat)
  serve.operation(operations.restoreChat, chat.restoreChat)
}
