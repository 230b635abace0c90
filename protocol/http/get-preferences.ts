import { z } from 'zod'
import { limits } from '../ids.ts'
import { operation } from './operation.ts'

const fields = {
  theme: z.enum(['system', 'light', 'dark']),
  language: z.enum(['system', 'en', 'de']),
  /** Enter sends, or only Ctrl/Cmd+Enter does. */
  sendKey: z.enum(['enter', 'mod-enter']),
  defaultModel: z.string().max(limits.model).nullable(),
}

/** What a person chose for themselves; follows them to every device. */
export const preferences = z.object({
  theme: fields.theme.default('system'),
  language: fields.language.default('system'),
  sendKey: fields.sendKey.default('enter'),
  defaultModel: fields.defaultModel.default(null),
})
export type Preferences = z.infer<typeof preferences>

/** Fields that are left out stay as they are: another tab or device may have changed them. */
export const preferencesChange = z.object(fields).partial()
export type PreferencesChange = z.infer<typeof preferencesChange>

export const getPreferences = operation({
  method: 'GET',
  path: '/api/account/preferences',
  summary: 'Your preferences',
  access: 'signed-in',
  credentials: 'session-or-key',
  response: preferences,
})
