import { z } from 'zod'
import { limits } from '../limits.ts'
import { operation } from './operation.ts'
import { role } from './users.ts'

const count = z.number().int().min(1).max(1_000_000)

/** The settings that administrators can change while Shoal runs. `null`: no limit. */
export const settingsValues = z.object({
  /** The name of the workspace, shown in the title and on the sign-in page. */
  name: z.string().trim().min(1, 'must not be empty').max(limits.name),
  signUp: z.boolean(),
  defaultRole: role,
  titles: z.boolean(),
  /** The model that writes titles; null: the model that wrote the answer. */
  taskModel: z.string().min(1).max(limits.model).nullable(),
  takeoverPolicy: z.enum(['restart', 'interrupt']),
  /** Maximum answers that a user may start per minute, on the page and over the API in total. */
  runsPerMinute: count.nullable(),
  /** Maximum tokens that a user may use per minute, as providers report them. */
  tokensPerMinute: count.max(100_000_000).nullable(),
  /**
   * Maximum sockets and event streams that a user may have open on all instances in total; on each instance while Redis
   * is unreachable. With a maximum of 50 or more, a user may open up to almost twice as many, because an instance does
   * not ask the other instances while the user stays within its share.
   */
  socketsPerUser: count.nullable(),
  /** Maximum concurrent answers of a user, in chats and over `/v1`, on all instances in total. More are refused. */
  runningPerUser: count.nullable(),
  /**
   * Maximum concurrent requests of one instance to providers. More wait in a queue, and the page shows the position.
   */
  runningPerInstance: count.nullable(),
  /** Maximum concurrent requests of one instance through one connection to a provider. */
  runningPerConnection: count.nullable(),
})
export type SettingsValues = z.infer<typeof settingsValues>
export type SettingName = keyof SettingsValues

export const settingsView = z.object({
  revision: z.string(),
  values: settingsValues,
  /** False with ENABLE_PERSISTENT_CONFIG=false: then only the environment counts. */
  writable: z.boolean(),
  /** Settings that were saved on the page and override a variable or its default. */
  stored: z.array(
    z.object({
      name: z.string(),
      /** The variable that it overrides; null if there is none. */
      variable: z.string().nullable(),
      /** The value that the environment gives. */
      environment: z.unknown(),
    }),
  ),
  /** `on`: instances that have applied this revision; `of`: all instances. */
  applied: z.object({ on: z.number(), of: z.number() }),
})
export type SettingsView = z.infer<typeof settingsView>

export const settingsOperations = {
  getSettings: operation({
    method: 'GET',
    path: '/api/settings',
    summary: 'Get the settings, their revision, and on how many instances it is applied',
    access: 'admin',
    credentials: 'session-or-key',
    response: settingsView,
  }),

  putSettings: operation({
    method: 'PUT',
    path: '/api/settings',
    summary: 'Change settings, based on a revision. Fails if another administrator has changed them since',
    access: 'admin',
    credentials: 'session',
    body: z.object({
      basedOn: z.string().max(100),
      values: settingsValues.partial(),
      /** Names whose saved value is deleted: the value of the environment applies again. */
      unset: z.array(settingsValues.keyof()).default([]),
    }),
    response: settingsView,
  }),
}
