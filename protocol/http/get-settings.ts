import { operation } from './operation.ts'
import { settingsView } from './settings-view.ts'

export const getSettings = operation({
  method: 'GET',
  path: '/api/settings',
  summary: 'The settings, their revision, and on how many instances it is applied',
  access: 'admin',
  credentials: 'session-or-key',
  response: settingsView,
})
