import type { SettingsValues } from '../../protocol/http/settings.ts'

/**
 * Limits that hold until an administrator sets others. A person with many tabs, or a script that keeps a provider busy,
 * stays far below them: they only keep one account from using up an instance or filling the database.
 */
export const defaultLimits = {
  runsPerMinute: 1200,
  runningPerUser: 100,
  socketsPerUser: 200,
  // What tokens cost, and how much a provider or a machine takes, only the administrator knows.
  tokensPerMinute: null,
  runningPerInstance: null,
  runningPerConnection: null,
} satisfies Partial<SettingsValues>
