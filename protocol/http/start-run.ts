import { runStartRequest, runStarted } from '../run.ts'
import { operation } from './operation.ts'

export const startRun = operation({
  method: 'POST',
  path: '/api/runs',
  summary: 'Send a message, or ask for another or a longer answer; answers at once, words come by the socket',
  access: 'user',
  credentials: 'session-or-key',
  body: runStartRequest,
  response: runStarted,
})
