import { z } from 'zod'
import { operation } from './operation.ts'
import { settingsValues, settingsView } from './settings-view.ts'

export const putSettings = operation({
  method: 'PUT',
  path: '/api/settings',
  summary:
    'Change settings, based on a revision; another administrator’s later change is never overwritten unseen',
  access: 'admin',
  credentials: 'session',
  body: z.object({
    basedOn: z.string().max(100),
    values: settingsValues.partial(),
    /** Names whose saved value is dropped: the environment's counts again. */
    unset: z.array(settingsValues.keyof()).default([]),
  }),
  response: settingsView,
})
