import { operation } from './operation.ts'
import { preferences } from './get-preferences.ts'

export const putPreferences = operation({
  method: 'PUT',
  path: '/api/account/preferences',
  summary: 'Set your preferences',
  access: 'signed-in',
  body: preferences,
  response: preferences,
})
