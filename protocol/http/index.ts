/** Every operation of the API, by name. */
import type { z } from 'zod'
import { accountOperations } from './account.ts'
import { apiKeyOperations } from './api-keys.ts'
import { appOperations } from './app.ts'
import { authOperations } from './auth.ts'
import { chatOperations } from './chats.ts'
import { administrationOperations } from './administration.ts'
import { clusterOperations } from './cluster.ts'
import { connectionOperations } from './connections.ts'
import { folderOperations } from './folders.ts'
import { messageOperations } from './messages.ts'
import { modelOperations } from './models.ts'
import { runOperations } from './runs.ts'
import { sessionOperations } from './sessions.ts'
import { settingsOperations } from './settings.ts'
import { userOperations } from './users.ts'

export const operations = {
  ...appOperations,
  ...authOperations,
  ...accountOperations,
  ...sessionOperations,
  ...apiKeyOperations,
  ...userOperations,
  ...chatOperations,
  ...folderOperations,
  ...messageOperations,
  ...runOperations,
  ...modelOperations,
  ...connectionOperations,
  ...settingsOperations,
  ...administrationOperations,
  ...clusterOperations,
}

export type Operations = typeof operations
export type OperationName = keyof Operations

/** The response of an operation. */
export type ResponseOf<Name extends OperationName> = z.output<Operations[Name]['response']>
