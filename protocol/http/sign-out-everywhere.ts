import { operation } from './operation.ts'
import { done } from './paging.ts'

export const signOutEverywhere = operation({
  method: 'POST',
  path: '/api/auth/sign-out-everywhere',
  summary: 'End every session of this account',
  access: 'signed-in',
  credentials: 'session',
  response: done,
})
