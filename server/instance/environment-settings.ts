import type { SettingName, SettingsValues } from '../../protocol/http/settings.ts'
import type { Config } from '../config.ts'

/** What the environment says of the settings that administrators may change; limits are off until they are set. */
export function environmentSettings(config: Config): SettingsValues {
  return {
    name: config.http.name,
    signUp: config.accounts.signUp,
    defaultRole: config.accounts.defaultRole,
    titles: config.upstream.titles,
    taskModel: config.upstream.taskModel,
    takeoverPolicy: config.runs.takeoverPolicy,
    runsPerMinute: null,
    tokensPerMinute: null,
    socketsPerUser: null,
    runningPerUser: null,
    runningPerInstance: null,
    runningPerConnection: null,
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
