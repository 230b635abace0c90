import { operations } from '../../../protocol/http/index.ts'
import type { Serve } from '../serve-operation.ts'
import type { AccountUseCases } from '../use-cases.ts'

export function serveAuth(serve: Serve, accounts: AccountUseCases): void {
  serve.settingCookie(operations.signUp, accounts.signUp)
  serve.settingCookie(operations.signIn, accounts.signIn)
  serve.settingCookie(operations.signOut, accounts.signOut)
  serve.settingCookie(operations.signOutEverywhere, accounts.signOutEverywhere)
  serve.operation(operations.getMe, accounts.getMe)
  serve.operation(operations.getOriginProof, accounts.getOriginProof)
  serve.operation(operations.getSession, accounts.getSession)
}
