import type { SettingsValues } from '../../protocol/http/settings.ts'

/**
 * Limits that apply until an administrator sets others. A user with many tabs, or a script that keeps a provider busy,
 * stays far below them. They only keep one account from exhausting an instance or filling the database.
 */
export const defaultLimits = {
  runsPerMinute: 1200,
  runningPerUser: 100,
  socketsPerUser: 200,
  // No defaults: only the administrator knows what tokens cost and how much load a provider or a machine can take.
  tokensPerMinute: null,
  runningPerInstance: null,
  runningPerConnection: null,
} satisfies Partial<SettingsValues>
