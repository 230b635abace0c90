/** Every operation of the API. A test proves that each has a route and each route an operation. */
import { changePassword } from './change-password.ts'
import { createApiKey } from './create-api-key.ts'
import { createConnection } from './create-connection.ts'
import { createUser } from './create-user.ts'
import { deleteApiKey } from './delete-api-key.ts'
import { deleteChat } from './delete-chat.ts'
import { deleteConnection } from './delete-connection.ts'
import { deleteMessage } from './delete-message.ts'
import { discoverOllama } from './discover-ollama.ts'
import { endSession } from './end-session.ts'
import { getApp } from './get-app.ts'
import { getChat } from './get-chat.ts'
import { getCluster } from './get-cluster.ts'
import { getMe } from './get-me.ts'
import { getOriginProof } from './get-origin-proof.ts'
import { getPreferences } from './get-preferences.ts'
import { getSession } from './get-session.ts'
import { getSettings } from './get-settings.ts'
import { listApiKeys } from './list-api-keys.ts'
import { listChats } from './list-chats.ts'
import { listConnections } from './list-connections.ts'
import { listModels } from './list-models.ts'
import { listRuns } from './list-runs.ts'
import { listSessions } from './list-sessions.ts'
import { listUserApiKeys } from './list-user-api-keys.ts'
import { listUsers } from './list-users.ts'
import { putPreferences } from './put-preferences.ts'
import { putSettings } from './put-settings.ts'
import { resetPassword } from './reset-password.ts'
import { restoreChat } from './restore-chat.ts'
import { restoreMessage } from './restore-message.ts'
import { revokeApiKey } from './revoke-api-key.ts'
import { searchMessages } from './search-messages.ts'
import { signIn } from './sign-in.ts'
import { signOutEverywhere } from './sign-out-everywhere.ts'
import { signOut } from './sign-out.ts'
import { signUp } from './sign-up.ts'
import { startRun } from './start-run.ts'
import { stopRun } from './stop-run.ts'
import { updateAccount } from './update-account.ts'
import { updateChat } from './update-chat.ts'
import { updateConnection } from './update-connection.ts'
import { updateUser } from './update-user.ts'
import { verifyConnection } from './verify-connection.ts'

export const operations = {
  changePassword,
  createApiKey,
  createConnection,
  createUser,
  deleteApiKey,
  deleteChat,
  deleteConnection,
  deleteMessage,
  discoverOllama,
  endSession,
  getApp,
  getChat,
  getCluster,
  getMe,
  getOriginProof,
  getPreferences,
  getSession,
  getSettings,
  listApiKeys,
  listChats,
  listConnections,
  listModels,
  listRuns,
  listSessions,
  listUserApiKeys,
  listUsers,
  putPreferences,
  putSettings,
  resetPassword,
  restoreChat,
  restoreMessage,
  revokeApiKey,
  searchMessages,
  signIn,
  signOutEverywhere,
  signOut,
  signUp,
  startRun,
  stopRun,
  updateAccount,
  updateChat,
  updateConnection,
  updateUser,
  verifyConnection,
} as const

export type Operations = typeof operations
export type OperationName = keyof Operations
