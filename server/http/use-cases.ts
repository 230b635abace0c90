/** What the routes ask for: one use case per operation, of the same name. The use cases live in other layers. */
import type { OperationName, Operations } from '../../protocol/http/index.ts'
import type { Handler, ResponseOf, WithCookie } from './serve-operation.ts'

/** Those that begin or end a session, so that their answer sets or clears the cookie. */
type CookieSetting = 'signIn' | 'signUp' | 'signOut' | 'signOutEverywhere' | 'changePassword'

type UseCase<Name extends OperationName> = Handler<
  Operations[Name],
  Name extends CookieSetting ? WithCookie<ResponseOf<Operations[Name]>> : ResponseOf<Operations[Name]>
>

type Group<Names extends OperationName> = { [Name in Names]: UseCase<Name> }

export type AccountUseCases = Group<
  | 'changePassword'
  | 'createApiKey'
  | 'createUser'
  | 'deleteApiKey'
  | 'endSession'
  | 'getMe'
  | 'getOriginProof'
  | 'getPreferences'
  | 'getSession'
  | 'listApiKeys'
  | 'listSessions'
  | 'listUserApiKeys'
  | 'listUsers'
  | 'putPreferences'
  | 'resetPassword'
  | 'revokeApiKey'
  | 'signIn'
  | 'signOut'
  | 'signOutEverywhere'
  | 'signUp'
  | 'updateAccount'
  | 'updateUser'
>

export type ChatUseCases = Group<
  | 'deleteChat'
  | 'deleteMessage'
  | 'getChat'
  | 'listChats'
  | 'listRuns'
  | 'restoreChat'
  | 'restoreMessage'
  | 'searchMessages'
  | 'startRun'
  | 'stopRun'
  | 'updateChat'
>

export type SettingsUseCases = Group<
  | 'createConnection'
  | 'deleteConnection'
  | 'discoverOllama'
  | 'getSettings'
  | 'listConnections'
  | 'listModels'
  | 'putSettings'
  | 'updateConnection'
  | 'verifyConnection'
>

export type ClusterUseCases = Group<'getApp' | 'getCluster'>

export interface UseCases {
  accounts: AccountUseCases
  chat: ChatUseCases
  settings: SettingsUseCases
  cluster: ClusterUseCases
}
