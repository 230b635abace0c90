import { operations } from '../../../protocol/http/index.ts'
import type { Serve } from '../serve-operation.ts'
import type { AccountUseCases } from '../use-cases.ts'

export function serveUsers(serve: Serve, accounts: AccountUseCases): void {
  serve.operation(operations.listUsers, accounts.listUsers)
  serve.operation(operations.createUser, accounts.createUser)
  serve.operation(operations.updateUser, accounts.updateUser)
  serve.operation(operations.resetPassword, accounts.resetPassword)
  serve.operation(operations.listUserApiKeys, accounts.listUserApiKeys)
  serve.operation(operations.revokeApiKey, accounts.revokeApiKey)
}
