import { operation } from './operation.ts'
import { preferences, preferencesChange } from './get-preferences.ts'

export const putPreferences = operation({
  method: 'PUT',
  path: '/api/account/preferences',
  summary: 'Change your preferences; fields left out stay',
  access: 'signed-in',
  credentials: 'session-or-key',
  body: preferencesChange,
  response: preferences,
})
