import type { OperationName, Operations } from '../../protocol/http/index.ts'

type Line = { [K in OperationName]: `${Operations[K]['method']} ${Operations[K]['path']}` }

/**
 * Where each operation is. Written out, because importing the operations themselves would bring their validators into
 * the page; the type makes a line that differs from `protocol/http` an error.
 */
export const operationPaths: Line = {
  changePassword: 'POST /api/account/password',
  createApiKey: 'POST /api/account/api-keys',
  createConnection: 'POST /api/connections',
  createUser: 'POST /api/users',
  deleteApiKey: 'DELETE /api/account/api-keys/{id}',
  deleteChat: 'DELETE /api/chats/{id}',
  deleteConnection: 'DELETE /api/connections/{id}',
  deleteMessage: 'DELETE /api/messages/{id}',
  discoverOllama: 'GET /api/connections/ollama-here',
  endSession: 'DELETE /api/account/sessions/{id}',
  getApp: 'GET /api/app',
  getChat: 'GET /api/chats/{id}',
  getCluster: 'GET /api/cluster',
  getMe: 'GET /api/auth/me',
  getOriginProof: 'GET /api/auth/origin-proof',
  getPreferences: 'GET /api/account/preferences',
  getSession: 'GET /api/auth/session',
  getSettings: 'GET /api/settings',
  listApiKeys: 'GET /api/account/api-keys',
  listChats: 'GET /api/chats',
  listConnections: 'GET /api/connections',
  listModels: 'GET /api/models',
  listRuns: 'GET /api/runs',
  listSessions: 'GET /api/account/sessions',
  listUserApiKeys: 'GET /api/users/{id}/api-keys',
  listUsers: 'GET /api/users',
  putPreferences: 'PUT /api/account/preferences',
  putSettings: 'PUT /api/settings',
  resetPassword: 'POST /api/users/{id}/password',
  restoreChat: 'POST /api/chats/{id}/restore',
  restoreMessage: 'POST /api/messages/{id}/restore',
  revokeApiKey: 'DELETE /api/api-keys/{id}',
  searchMessages: 'GET /api/search',
  signIn: 'POST /api/auth/sign-in',
  signOutEverywhere: 'POST /api/auth/sign-out-everywhere',
  signOut: 'POST /api/auth/sign-out',
  signUp: 'POST /api/auth/sign-up',
  startRun: 'POST /api/runs',
  stopRun: 'POST /api/runs/{id}/stop',
  updateAccount: 'PATCH /api/account',
  updateChat: 'PATCH /api/chats/{id}',
  updateConnection: 'PATCH /api/connections/{id}',
  updateUser: 'PATCH /api/users/{id}',
  verifyConnection: 'POST /api/connections/verify',
}
