import { z } from 'zod'
import { limits } from '../ids.ts'
import { operation } from './operation.ts'

/** What a person chose for themselves; follows them to every device. */
export const preferences = z.object({
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  language: z.enum(['system', 'en', 'de']).default('system'),
  /** Enter sends, or only Ctrl/Cmd+Enter does. */
  sendKey: z.enum(['enter', 'mod-enter']).default('enter'),
  defaultModel: z.string().max(limits.model).nullable().default(null),
})
export type Preferences = z.infer<typeof preferences>

export const getPreferences = operation({
  method: 'GET',
  path: '/api/account/preferences',
  summary: 'Your preferences',
  access: 'signed-in',
  credentials: 'session-or-key',
  response: preferences,
})
