import { z } from 'zod'
import { limits } from '../ids.ts'
import { operation } from './operation.ts'
import { role } from './users.ts'

const count = z.number().int().min(1).max(1_000_000)

/** What administrators may change while everything runs. `null`: no limit. */
export const settingsValues = z.object({
  /** Shown in the title and on the sign-in page. */
  name: z.string().trim().min(1, 'must not be empty').max(limits.name),
  signUp: z.boolean(),
  defaultRole: role,
  titles: z.boolean(),
  /** The model that makes titles. */
  taskModel: z.string().min(1).max(limits.model).nullable(),
  takeoverPolicy: z.enum(['restart', 'interrupt']),
  /** Answers a user may start in a minute, page and API together. */
  runsPerMinute: count.nullable(),
  /** Tokens a user may use in a minute, as providers report them. */
  tokensPerMinute: count.max(100_000_000).nullable(),
  /**
   * Sockets and event streams a user may have open on all instances together; on each one alone while Redis is away. From
   * 50 on it may be exceeded, to less than twice as many: an instance does not ask the others about its share.
   */
  socketsPerUser: count.nullable(),
  /** Answers a user may have running at once, chats and `/v1` on all instances together; more are refused. */
  runningPerUser: count.nullable(),
  /** Answers that one instance asks for at once; more wait, with their place shown. */
  runningPerInstance: count.nullable(),
  /** The same for one connection to a provider. */
  runningPerConnection: count.nullable(),
})
export type SettingsValues = z.infer<typeof settingsValues>
export type SettingName = keyof SettingsValues

export const settingsView = z.object({
  revision: z.string(),
  values: settingsValues,
  /** False with ENABLE_PERSISTENT_CONFIG=false: the environment is the truth. */
  writable: z.boolean(),
  /** Settings that were saved here and win over a variable or its default. */
  stored: z.array(
    z.object({
      name: z.string(),
      /** The variable that it overrides, where there is one. */
      variable: z.string().nullable(),
      /** What the environment says. */
      environment: z.unknown(),
    }),
  ),
  /** Instances that have applied this revision, of those that are there. */
  applied: z.object({ on: z.number(), of: z.number() }),
})
export type SettingsView = z.infer<typeof settingsView>

export const settingsOperations = {
  getSettings: operation({
    method: 'GET',
    path: '/api/settings',
    summary: 'The settings, their revision, and on how many instances it is applied',
    access: 'admin',
    credentials: 'session-or-key',
    response: settingsView,
  }),

  putSettings: operation({
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
  }),
}
