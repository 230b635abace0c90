import { z } from 'zod'
import { limits } from '../limits.ts'
import { name, password } from './account-fields.ts'
import { operation } from './operation.ts'
import { userView } from './users.ts'

const fields = {
  theme: z.enum(['system', 'light', 'dark']),
  language: z.enum(['system', 'en', 'de']),
  /** Whether Enter sends a message, or only Ctrl/Cmd+Enter. */
  sendKey: z.enum(['enter', 'mod-enter']),
  defaultModel: z.string().max(limits.model).nullable(),
}

/** A user's own preferences, the same on all of their devices. */
export const preferences = z.object({
  theme: fields.theme.default('system'),
  language: fields.language.default('system'),
  sendKey: fields.sendKey.default('enter'),
  defaultModel: fields.defaultModel.default(null),
})
export type Preferences = z.infer<typeof preferences>

/** Missing fields stay unchanged, since another tab or device may have changed them. */
export const preferencesChange = z.object(fields).partial()
export type PreferencesChange = z.infer<typeof preferencesChange>

export const accountOperations = {
  updateAccount: operation({
    method: 'PATCH',
    path: '/api/account',
    summary: 'Change your name',
    access: 'signed-in',
    credentials: 'session-or-key',
    body: z.object({ name }),
    response: userView,
  }),

  changePassword: operation({
    method: 'POST',
    path: '/api/account/password',
    summary: 'Change your password. Ends all other sessions and returns a new token for this one',
    access: 'signed-in',
    credentials: 'session',
    body: z.object({
      current: z.string().min(1).max(limits.password),
      next: password,
      /** Revokes your API keys too. Use it if someone else may know your password. */
      revokeApiKeys: z.boolean().default(false),
    }),
    response: z.object({ token: z.string() }),
  }),

  getPreferences: operation({
    method: 'GET',
    path: '/api/account/preferences',
    summary: 'Get your preferences',
    access: 'signed-in',
    credentials: 'session-or-key',
    response: preferences,
  }),

  putPreferences: operation({
    method: 'PUT',
    path: '/api/account/preferences',
    summary: 'Change your preferences. Missing fields stay unchanged',
    access: 'signed-in',
    credentials: 'session-or-key',
    body: preferencesChange,
    response: preferences,
  }),
}
