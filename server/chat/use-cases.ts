import { isAdmin } from '../accounts/caller.ts'
import type { LimitState, RunStarted, RunStartRequest } from '../../protocol/index.ts'
import type { UseCase, UseCases } from '../use-case.ts'
import {
  createDeleteChat,
  createDeleteMessage,
  createGetChat,
  createListChats,
  createRestoreChat,
  createRestoreMessage,
  createUpdateChat,
} from './chats.ts'
import type { ChatParts } from './chats.ts'
import type { ModelCatalogue } from '../upstream/contracts.ts'
import { presentRun } from './present.ts'
import { createSearchMessages } from './search-messages.ts'
import { stopRun } from './stop-run.ts'

type StartRun = (
  userId: string,
  request: RunStartRequest,
  options: { told: (limit: LimitState) => void },
) => Promise<RunStarted>

/** The operations on models, chats, messages and runs. */
export function createChatUseCases(parts: ChatParts, startRun: StartRun) {
  return {
    listModels: createListModels(parts.context),
    startRun: createStartRun(startRun),
    stopRun: createStopRun(parts),
    listRuns: createListRuns(parts),
    listChats: createListChats(parts),
    searchMessages: createSearchMessages(parts),
    getChat: createGetChat(parts),
    updateChat: createUpdateChat(parts),
    deleteChat: createDeleteChat(parts),
    restoreChat: createRestoreChat(parts),
    deleteMessage: createDeleteMessage(parts),
    restoreMessage: createRestoreMessage(parts),
  } satisfies Partial<UseCases>
}

function createListModels({ models }: { models: Pick<ModelCatalogue, 'list'> }): UseCase<'listModels'> {
  return async () => {
    const { models: found, problems } = await models.list()
    const items = found.map(({ id, name, connectionId, connectionName, demo }) => {
      return { id, name, connectionId, connectionName, demo }
    })
    return { items, problems }
  }
}

function createStartRun(startRun: StartRun): UseCase<'startRun'> {
  return (caller, { body }, meta) =>
    startRun(caller.user.id, body, { told: (limit) => meta.tellLimit(limit) })
}

/** Administrators stop anybody's. */
function createStopRun(parts: ChatParts): UseCase<'stopRun'> {
  return (caller, { params }) => stopRun(parts, isAdmin(caller) ? null : caller.user.id, params.id)
}

/** Running answers: the caller's, or for administrators who ask for them everybody's. */
function createListRuns({ context }: ChatParts): UseCase<'listRuns'> {
  return async (caller, { query: { all, cursor, limit } }) => {
    const userId = all === 'true' && isAdmin(caller) ? null : caller.user.id
    const page = await context.store.runs.running({ userId, limit, ...(cursor ? { cursor } : {}) })
    return { items: page.items.map(presentRun), next: page.next }
  }
}
