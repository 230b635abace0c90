import { operation } from './operation.ts'
import { done } from './paging.ts'

export const signOut = operation({
  method: 'POST',
  path: '/api/auth/sign-out',
  summary: 'End this session, on every instance',
  access: 'signed-in',
  credentials: 'session',
  response: done,
})
