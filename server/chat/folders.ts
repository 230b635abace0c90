import { AppError } from '../../protocol/index.ts'
import { cleanText } from '../base/index.ts'
import type { UseCase } from '../use-case.ts'
import type { UserEvents } from '../shared-state/user-events.ts'
import type { Folders } from '../store/contract/folders.ts'

export interface FoldersPorts {
  folders: Folders
  events: Pick<UserEvents, 'notify'>
}

export function createListFolders({ folders }: FoldersPorts): UseCase<'listFolders'> {
  return async (caller) => {
    const names = await folders.list(caller.user.id)
    return { items: names.map((name) => ({ name })) }
  }
}

export function createCreateFolder({ folders, events }: FoldersPorts): UseCase<'createFolder'> {
  return async (caller, { body }) => {
    const userId = caller.user.id
    const name = cleanText(body.name)
    if ((await folders.list(userId)).includes(name)) throw new AppError('folder_exists')
    await folders.create(userId, name)
    events.notify(userId, { name: 'folders.changed' })
    return { name }
  }
}

export function createRenameFolder({ folders, events }: FoldersPorts): UseCase<'renameFolder'> {
  return async (caller, { body }) => {
    const userId = caller.user.id
    const [from, to] = [cleanText(body.from), cleanText(body.name)]
    const outcome = await folders.rename(userId, from, to)
    if (outcome === 'missing') throw new AppError('not_found')
    if (outcome === 'taken') throw new AppError('folder_exists')
    events.notify(userId, { name: 'folders.changed', moved: { from, to } })
    return { name: to }
  }
}

export function createDeleteFolder({ folders, events }: FoldersPorts): UseCase<'deleteFolder'> {
  return async (caller, { body }) => {
    const userId = caller.user.id
    const from = cleanText(body.name)
    const chatIds = await folders.delete(userId, from)
    if (!chatIds) throw new AppError('not_found')
    events.notify(userId, { name: 'folders.changed', moved: { from, to: null } })
    return { ok: true, chatIds }
  }
}
