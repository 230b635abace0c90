import { z } from 'zod'
import { limits } from '../limits.ts'
import { operation } from './operation.ts'
import { okResponse } from './paging.ts'

const folderName = z.string().trim().min(1, 'must not be empty').max(limits.name)

export const folderView = z.object({ name: z.string() })

/** Chats name their folder, so a name identifies a folder. Names are in bodies because proxies change encoded paths. */
export const folderOperations = {
  listFolders: operation({
    method: 'GET',
    path: '/api/folders',
    summary: 'List your folders, also the empty ones, by name',
    access: 'user',
    credentials: 'session-or-key',
    response: z.object({ items: z.array(folderView) }),
  }),

  createFolder: operation({
    method: 'POST',
    path: '/api/folders',
    summary: 'Create a folder. Moving a chat to a new folder creates the folder too',
    access: 'user',
    credentials: 'session-or-key',
    body: z.object({ name: folderName }),
    response: folderView,
  }),

  renameFolder: operation({
    method: 'POST',
    path: '/api/folders/rename',
    summary: 'Rename a folder. Its chats stay in it',
    access: 'user',
    credentials: 'session-or-key',
    body: z.object({ from: z.string().max(limits.name), name: folderName }),
    response: folderView,
  }),

  deleteFolder: operation({
    method: 'POST',
    path: '/api/folders/delete',
    summary: 'Delete a folder. Its chats are kept, and are then in no folder',
    access: 'user',
    credentials: 'session-or-key',
    body: z.object({ name: z.string().max(limits.name) }),
    response: okResponse.extend({
      /** The chats that were in the folder. */
      chatIds: z.array(z.string()),
    }),
  }),
}
