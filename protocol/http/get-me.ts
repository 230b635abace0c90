import { operation } from './operation.ts'
import { userView } from './user-view.ts'

export const getMe = operation({
  method: 'GET',
  path: '/api/auth/me',
  summary: 'Who is signed in',
  access: 'signed-in',
  credentials: 'session-or-key',
  response: userView,
})
