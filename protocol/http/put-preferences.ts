import { operation } from './operation.ts'
import { preferences } from './get-preferences.ts'

export const putPreferences = operation({
  method: 'PUT',
  path: '/api/account/preferences',
  summary: 'Set your preferences',
  access: 'signed-in',
  credentials: 'session-or-key',
  body: preferences,
  response: preferences,
})
