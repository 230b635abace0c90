import { AppError } from '../../protocol/errors.ts'
import type { Caller } from './context.ts'

/** The caller's session; an API key may not do what a person has to be present for. */
export function requireSession(caller: Caller): string {
  if (caller.sessionId !== null) return caller.sessionId
  throw new AppError('forbidden', {
    message: 'An API key may not do this: sign in with your password.',
  })
}

export function requireAdmin(caller: Caller): void {
  if (caller.role !== 'admin') throw new AppError('forbidden')
}
