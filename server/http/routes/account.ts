import { operations } from '../../../protocol/http/index.ts'
import type { Serve } from '../serve-operation.ts'
import type { AccountUseCases } from '../use-cases.ts'

export function serveAccount(serve: Serve, accounts: AccountUseCases): void {
  serve.operation(operations.updateAccount, accounts.updateAccount)
  serve.settingCookie(operations.changePassword, accounts.changePassword)
  serve.operation(operations.getPreferences, accounts.getPreferences)
  serve.operation(operations.putPreferences, accounts.putPreferences)
  serve.operation(operations.listSessions, accounts.listSessions)
  serve.operation(operations.endSession, accounts.endSession)
  serve.operation(operations.listApiKeys, accounts.listApiKeys)
  serve.operation(operations.createApiKey, accounts.createApiKey)
  serve.operation(operations.deleteApiKey, accounts.deleteApiKey)
}
