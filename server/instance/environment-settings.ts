import type { SettingName, SettingsValues } from '../../protocol/http/settings.ts'
import type { Config } from '../config.ts'
import { defaultLimits } from '../settings/index.ts'

/** The values of all settings before an administrator changes them: from variables, or defaults for the limits. */
export function environmentSettings(config: Config): SettingsValues {
  return {
    name: config.http.name,
    signUp: config.accounts.signUp,
    defaultRole: config.accounts.defaultRole,
    titles: config.upstream.titles,
    taskModel: config.upstream.taskModel,
    takeoverPolicy: config.runs.takeoverPolicy,
    ...defaultLimits,
  }
}

/** The environment variable of each setting that has one. */
export const settingVariables: Partial<Record<SettingName, string>> = {
  name: 'WEBUI_NAME',
  signUp: 'ENABLE_SIGNUP',
  defaultRole: 'DEFAULT_USER_ROLE',
  titles: 'ENABLE_TITLE_GENERATION',
  taskModel: 'TASK_MODEL',
  takeoverPolicy: 'RUN_TAKEOVER_POLICY',
}
