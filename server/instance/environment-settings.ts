import type { SettingName, SettingsValues } from '../../protocol/http/settings.ts'
import type { Config } from '../config.ts'
import { defaultLimits } from '../settings/index.ts'

/** What the environment says of the settings that administrators may change, and the limits, which have no variables. */
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

/** The variable behind a setting. */
export const settingVariables: Partial<Record<SettingName, string>> = {
  name: 'WEBUI_NAME',
  signUp: 'ENABLE_SIGNUP',
  defaultRole: 'DEFAULT_USER_ROLE',
  titles: 'ENABLE_TITLE_GENERATION',
  taskModel: 'TASK_MODEL',
  takeoverPolicy: 'RUN_TAKEOVER_POLICY',
}
