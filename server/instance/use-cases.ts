import type { LimitState } from '../../protocol/index.ts'
import type { ModelView } from '../../protocol/http/models.ts'
import { listModels } from '../chat/index.ts'
import { limitHeaders } from '../http/index.ts'
import type { RequestMeta, UseCases } from '../http/index.ts'
import { viewCluster } from '../operations/index.ts'
import type { Services } from './services.ts'
import type { InstanceState } from './state.ts'

export interface UseCaseOptions {
  state: InstanceState
  version: string
  label: string
}

/** Binds every operation to the use case that serves it. */
export function createUseCases({ state, version, label }: UseCaseOptions): UseCases {
  /** Throws `store_unavailable` while the instance has not found its store yet. */
  const services = (): Services => state.services()
  const connections = (): Services['connections'] => services().connections
  return {
    accounts: accountUseCases(services),
    chat: chatUseCases(services),
    settings: {
      listModels: async () => {
        const { items, problems } = await listModels(services().models)
        const view = ({ id, name, connectionId, connectionName, demo }: ModelView): ModelView => {
          return { id, name, connectionId, connectionName, demo }
        }
        return { items: items.map(view), problems }
      },
      listConnections: async () => connections().present(),
      createConnection: (_, { body }) => connections().create(body),
      updateConnection: (_, { params, body }) => connections().update(params.id, body),
      deleteConnection: (_, { params }) => connections().delete(params.id),
      verifyConnection: (_, { body }, meta) => services().verify(connections().draft(body), meta.signal),
      getSettings: async () => services().settings.view(),
      putSettings: (caller, { body }) => services().settings.change(caller.user, body),
      discoverOllama: (_, __, meta) => services().discoverOllama(meta.signal),
    },
    cluster: {
      getApp: async (_, __, meta) => {
        const signUp = await services().accounts.signUpMode()
        const { name } = services().settings.current
        return { name, version, signUp, setupCode: signUp === 'first' && !meta.local, instance: label }
      },
      getCluster: async () => viewCluster({ ...services(), findings: state.findings }),
    },
  }
}

function chatUseCases(services: () => Services): UseCases['chat'] {
  const chat = (): Services['chat'] => services().chat
  return {
    startRun: (caller, { body }, meta) =>
      chat().startRun(caller.user.id, body, { told: (limit) => tellLimit(meta, limit) }),
    stopRun: (caller, { params }) =>
      chat().stopRun(caller.role === 'admin' ? null : caller.user.id, params.id),
    listRuns: (caller, { query }) => {
      const everybody = query.all === 'true' && caller.role === 'admin'
      return chat().listRuns({
        userId: everybody ? null : caller.user.id,
        cursor: query.cursor,
        limit: query.limit,
      })
    },
    listChats: (caller, { query }) =>
      chat().listChats(caller.user.id, {
        archived: query.archived === 'true',
        limit: query.limit,
        q: query.q,
        cursor: query.cursor,
      }),
    searchMessages: (caller, { query: { archived, ...query } }) =>
      chat().searchMessages(caller.user.id, { ...query, archived: archived === 'true' }),
    getChat: (caller, { params }) => chat().getChat(caller.user.id, params.id),
    updateChat: (caller, { params, body }) => chat().updateChat(caller.user.id, params.id, body),
    deleteChat: (caller, { params }) => chat().deleteChat(caller.user.id, params.id),
    restoreChat: (caller, { params }) => chat().restoreChat(caller.user.id, params.id),
    deleteMessage: (caller, { params }) => chat().deleteMessage(caller.user.id, params.id),
    restoreMessage: (caller, { params }) => chat().restoreMessage(caller.user.id, params.id),
  }
}

/** Each by its name, looked up when it is called: accounts exist only once the store does. */
function accountUseCases(services: () => Services): UseCases['accounts'] {
  const of = (): UseCases['accounts'] => services().accounts.useCases
  /** Has the caller's other tabs read the account again. */
  const telling = async <T>(caller: { user: { id: string } }, done: Promise<T>): Promise<T> => {
    const answer = await done
    services().events.tell(caller.user.id, { name: 'account.changed' })
    return answer
  }
  return {
    changePassword: (...args) => of().changePassword(...args),
    createApiKey: (...args) => of().createApiKey(...args),
    createUser: (...args) => of().createUser(...args),
    deleteApiKey: (...args) => of().deleteApiKey(...args),
    endSession: (...args) => of().endSession(...args),
    getMe: (...args) => of().getMe(...args),
    getOriginProof: (...args) => of().getOriginProof(...args),
    getPreferences: (...args) => of().getPreferences(...args),
    getSession: (...args) => of().getSession(...args),
    listApiKeys: (...args) => of().listApiKeys(...args),
    listSessions: (...args) => of().listSessions(...args),
    listUserApiKeys: (...args) => of().listUserApiKeys(...args),
    listUsers: (...args) => of().listUsers(...args),
    putPreferences: (caller, ...rest) => telling(caller, of().putPreferences(caller, ...rest)),
    resetPassword: (...args) => of().resetPassword(...args),
    revokeApiKey: (...args) => of().revokeApiKey(...args),
    signIn: (...args) => of().signIn(...args),
    signOut: (...args) => of().signOut(...args),
    signOutEverywhere: (...args) => of().signOutEverywhere(...args),
    signUp: (...args) => of().signUp(...args),
    updateAccount: (caller, ...rest) => telling(caller, of().updateAccount(caller, ...rest)),
    updateUser: (...args) => of().updateUser(...args),
  }
}

function tellLimit(meta: RequestMeta, limit: LimitState): void {
  for (const [name, value] of Object.entries(limitHeaders(limit))) meta.header(name, value)
}
