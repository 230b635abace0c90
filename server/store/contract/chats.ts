import type { FinishReason, RunError, ToolCall, Usage } from '../../../protocol/index.ts'
import type { Page } from './users.ts'

export interface ChatRow {
  id: string
  userId: string
  title: string
  /** Where the title comes from: the first words of the chat, a model, or the user, whose title is never replaced. */
  titleBy: 'words' | 'model' | 'person'
  model: string | null
  currentId: string | null
  pinned: boolean
  archived: boolean
  folder: string | null
  tags: string[]
  createdAt: number
  /** Time of the last activity. */
  updatedAt: number
  /** When the last answer ended, and when the user last read the chat: it is unread if `answeredAt > readAt`. */
  answeredAt: number
  readAt: number
  /** The chat has a run that has not ended. */
  running: boolean
}

export interface MessageRow {
  id: string
  chatId: string
  parentId: string | null
  role: 'user' | 'assistant'
  /** While the message is running: the text saved so far. */
  text: string
  status: 'running' | 'done' | 'stopped' | 'interrupted' | 'failed'
  model: string | null
  createdAt: number
  meta: MessageMeta
  /** The run that writes the message; null unless it is running. */
  run: { id: string; owner: string; fence: number; savedFence: number; stop: boolean } | null
}

/** Values stored with the text, as one JSON object. */
export interface MessageMeta {
  usage?: Usage
  error?: RunError
  finishReason?: FinishReason
  reasoningMs?: number
  toolCalls?: ToolCall[]
}

/** A search result: a chat, and its newest message in the page that contains all the words. */
export interface FoundRow {
  chat: ChatRow
  messageId: string
  role: MessageRow['role']
  /** The visible text around the first of the words. */
  excerpt: string
}

export interface Chats {
  /** Undefined, at the same cost, if the chat is unknown, deleted or another user's. */
  get(id: string, userId: string): Promise<ChatRow | undefined>
  /**
   * The chat (one round trip) and its messages, oldest first (another one). Running messages have their text so far.
   */
  tree(id: string, userId: string): Promise<{ chat: ChatRow; messages: MessageRow[] } | undefined>
  list(query: {
    userId: string
    q?: string
    archived: boolean
    pinned?: boolean
    /** Null: only chats in no folder. */
    folder?: string | null
    cursor?: string
    limit: number
  }): Promise<Page<ChatRow>>
  /**
   * Searches for messages that contain all the words, in any spelling, also as parts of words: the newest messages first,
   * at most one of each chat in a page. A page ends with about `limit` results, or when a certain amount was read; so it
   * may hold few results or none although there are further pages, and a later page may hold an older message of the
   * same chat. Words of one character, and all words as long as the index is not filled, are searched in the next
   * `limit` chats of the list. The reasoning before an answer is not searched.
   */
  search(query: {
    userId: string
    words: readonly string[]
    archived: boolean
    cursor?: string
    limit: number
  }): Promise<Page<FoundRow>>
  update(
    id: string,
    userId: string,
    change: Partial<Pick<ChatRow, 'title' | 'titleBy' | 'pinned' | 'archived' | 'folder' | 'tags'>> & {
      /** If this is not a message of the chat, nothing is changed and the result is undefined. */
      currentId?: string
      read?: true
    },
  ): Promise<ChatRow | undefined>
  /**
   * Changes those of the chats that exist, and returns them. `deleted` deletes chats and returns the runs that have to
   * stop; false restores deleted chats.
   */
  updateAll(
    userId: string,
    request: {
      ids: readonly string[]
      change: Partial<Pick<ChatRow, 'pinned' | 'archived' | 'folder'>> & { deleted?: boolean }
    },
  ): Promise<{ chats: ChatRow[]; runIds: string[] }>
  /** Sets a title unless the user has set one. */
  setTitleByModel(id: string, title: string): Promise<ChatRow | undefined>
  /** Marks the chat as deleted and returns the runs that have to stop. `prune` removes the row later. */
  delete(id: string, userId: string): Promise<{ runIds: string[] } | undefined>
  restore(id: string, userId: string): Promise<ChatRow | undefined>
  /** Deletes the message and all below it. If the chat showed a deleted branch, it then shows one beside it. */
  deleteMessage(
    messageId: string,
    userId: string,
  ): Promise<{ chatId: string; currentId: string | null; deleted: string[]; runIds: string[] } | undefined>
  restoreMessage(messageId: string, userId: string): Promise<{ chatId: string } | undefined>
  /**
   * Creates the chat `chatId` with copies of the messages from the root to this message, in one transaction. Undefined if
   * the message is unknown, deleted or another user's; `branch-busy` if one of these messages is still being written.
   */
  fork(fork: {
    messageId: string
    userId: string
    chatId: string
    title: string
  }): Promise<{ kind: 'forked'; chat: ChatRow } | { kind: 'branch-busy' } | undefined>
  /** The ids of the user's chats, archived ones included, in the order of their creation; `after`: the last one known. */
  idsByCreation(query: {
    userId: string
    after?: { id: string; createdAt: number }
    limit: number
  }): Promise<{ id: string; createdAt: number }[]>
  /**
   * The messages of a chat, oldest first, in batches of at most `maxBytes` of text; a longer message is a batch of its
   * own. Each batch is read when it is requested. No batch if the chat is unknown, deleted or another user's.
   */
  messageBatches(query: { chatId: string; userId: string; maxBytes: number }): AsyncIterable<MessageRow[]>
  /** The messages from the root to this message, oldest first. */
  path(messageId: string, userId: string): Promise<MessageRow[]>
  /** Like `path`, but with only the visible text of each message. */
  visiblePath(
    messageId: string,
    userId: string,
  ): Promise<(Pick<MessageRow, 'role' | 'model'> & { said: string })[]>
  message(messageId: string, userId: string): Promise<MessageRow | undefined>
  /** Permanently removes chats and messages deleted before `before`, at most `limit`; returns how many were removed. */
  prune(before: number, limit: number): Promise<number>
  /**
   * Stores the visible text of messages that older versions wrote without it, in the next `limit` chats after the id
   * `afterChat` ('' at the beginning). Returns how many messages it filled and the `afterChat` of the next call; null
   * if there are no more chats.
   */
  fillSaid(afterChat: string, limit: number): Promise<{ filled: number; next: string | null }>
}
