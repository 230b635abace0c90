import { isAdmin } from '../accounts/caller.ts'
import type { ResponseOf } from '../../protocol/http/index.ts'
import type { UseCase, UseCases } from '../use-case.ts'
import {
  createDeleteChat,
  createDeleteMessage,
  createGetChat,
  createListChats,
  createRestoreChat,
  createRestoreMessage,
  createUpdateChat,
  createUpdateChats,
} from './chats.ts'
import { createCreateFolder, createDeleteFolder, createListFolders, createRenameFolder } from './folders.ts'
import type { FoldersPorts } from './folders.ts'
import type { ChatsPorts } from './chats.ts'
import { createExportChats } from './export-chats.ts'
import type { ExportChatsPorts } from './export-chats.ts'
import { createForkChat } from './fork-chat.ts'
import type { ForkChatPorts } from './fork-chat.ts'
import type { Chats } from '../store/contract/chats.ts'
import type { Runs } from '../store/contract/runs.ts'
import type { ModelCatalogue } from '../upstream/contracts.ts'
import { presentRun } from './present.ts'
import { createSearchMessages } from './search-messages.ts'
import type { StartRun } from './start-run.ts'
import type { StopRun } from './stop-run.ts'

export interface ChatUseCasePorts extends ChatsPorts, FoldersPorts {
  events: ChatsPorts['events']
  chats: ChatsPorts['chats'] & ExportChatsPorts['chats'] & ForkChatPorts['chats'] & Pick<Chats, 'search'>
  runs: Pick<Runs, 'listRunning'>
  models: Pick<ModelCatalogue, 'list'>
  startRun: StartRun
}

/** The operations on models, chats, messages and runs. */
export function createChatUseCases(ports: ChatUseCasePorts) {
  return {
    listModels: createListModels(ports),
    startRun: createStartRun(ports),
    stopRun: createStopRun(ports),
    listRuns: createListRuns(ports),
    listChats: createListChats(ports),
    searchMessages: createSearchMessages(ports),
    getChat: createGetChat(ports),
    exportChats: createExportChats(ports),
    updateChat: createUpdateChat(ports),
    deleteChat: createDeleteChat(ports),
    restoreChat: createRestoreChat(ports),
    updateChats: createUpdateChats(ports),
    listFolders: createListFolders(ports),
    createFolder: createCreateFolder(ports),
    renameFolder: createRenameFolder(ports),
    deleteFolder: createDeleteFolder(ports),
    deleteMessage: createDeleteMessage(ports),
    restoreMessage: createRestoreMessage(ports),
    forkChat: createForkChat(ports),
  } satisfies Partial<UseCases>
}

function createListModels({ models }: { models: Pick<ModelCatalogue, 'list'> }): UseCase<'listModels'> {
  // The catalogue returns the same array until a list changes, and some installations have thousands of models.
  const presented = new WeakMap<object, ResponseOf<'listModels'>['items']>()
  return async () => {
    const { models: found, problems } = await models.list()
    const before = presented.get(found)
    if (before) return { items: before, problems }
    const items = found.map(({ id, name, connectionId, connectionName, demo }) => {
      return { id, name, connectionId, connectionName, demo }
    })
    presented.set(found, items)
    return { items, problems }
  }
}

function createStartRun({ startRun }: { startRun: StartRun }): UseCase<'startRun'> {
  return (caller, { body }, meta) =>
    startRun(caller.user.id, body, { onLimit: (limit) => meta.reportLimit(limit) })
}

/** Administrators may stop runs of any user. */
function createStopRun({ stopRun }: { stopRun: StopRun }): UseCase<'stopRun'> {
  return (caller, { params }) => stopRun(isAdmin(caller) ? null : caller.user.id, params.id)
}

/** Lists running answers: the caller's, or with `all` those of all users, for administrators only. */
function createListRuns({ runs }: { runs: Pick<Runs, 'listRunning'> }): UseCase<'listRuns'> {
  return async (caller, { query: { all, cursor, limit } }) => {
    const userId = all === 'true' && isAdmin(caller) ? null : caller.user.id
    const page = await runs.listRunning({ userId, limit, ...(cursor ? { cursor } : {}) })
    return { items: page.items.map(presentRun), next: page.next }
  }
}
