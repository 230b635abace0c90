import type { FinishReason, RunError, ToolCall, Usage } from '../../../protocol/index.ts'
import type { Page } from './users.ts'

export interface ChatRow {
  id: string
  userId: string
  title: string
  /** Who made the title: first words, a model, or the person (whose title is never replaced). */
  titleBy: 'words' | 'model' | 'person'
  model: string | null
  currentId: string | null
  pinned: boolean
  archived: boolean
  folder: string | null
  tags: string[]
  createdAt: number
  /** Last activity. */
  updatedAt: number
  /** Last answer that ended, and when the user last looked: unread is `answeredAt > readAt`. */
  answeredAt: number
  readAt: number
  /** Some run of it has not ended. */
  running: boolean
}

export interface MessageRow {
  id: string
  chatId: string
  parentId: string | null
  role: 'user' | 'assistant'
  /** Of a running message: what has been saved so far. */
  text: string
  status: 'running' | 'done' | 'stopped' | 'interrupted' | 'failed'
  model: string | null
  createdAt: number
  meta: MessageMeta
  /** Only while running. */
  run: { id: string; owner: string; fence: number; savedFence: number; stop: boolean } | null
}

/** Whole values beside the text; one JSON. */
export interface MessageMeta {
  usage?: Usage
  error?: RunError
  finishReason?: FinishReason
  reasoningMs?: number
  toolCalls?: ToolCall[]
}

/** A chat with its newest message that has all the words. */
export interface FoundRow {
  chat: ChatRow
  messageId: string
  role: MessageRow['role']
  /** The words with what stands around the first of them, as it was written. */
  excerpt: string
}

export interface Chats {
  /** Of other users, deleted and unknown ones: undefined, at the same cost. */
  get(id: string, userId: string): Promise<ChatRow | undefined>
  /** The chat with its messages, oldest first; text so far of running ones. One round trip for each of the two. */
  tree(id: string, userId: string): Promise<{ chat: ChatRow; messages: MessageRow[] } | undefined>
  list(query: {
    userId: string
    q?: string
    archived: boolean
    cursor?: string
    limit: number
  }): Promise<Page<ChatRow>>
  /**
   * Looks for messages that have all the words, without regard to case, through the next `limit` chats of the list; few
   * or none of them may have any. What was thought before an answer is not looked through.
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
      /** Refused (`undefined` comes back) where it is no message of this chat. */
      currentId?: string
      read?: true
    },
  ): Promise<ChatRow | undefined>
  /** Sets a title unless the person has given one. */
  setTitleByModel(id: string, title: string): Promise<ChatRow | undefined>
  /** Marks it deleted; answers with the runs that have to stop. A tombstone stays 24 h. */
  delete(id: string, userId: string): Promise<{ runIds: string[] } | undefined>
  restore(id: string, userId: string): Promise<ChatRow | undefined>
  /** The message and all below it; the leaf moves to its parent's side where it stood below. */
  deleteMessage(
    messageId: string,
    userId: string,
  ): Promise<{ chatId: string; currentId: string | null; deleted: string[]; runIds: string[] } | undefined>
  restoreMessage(messageId: string, userId: string): Promise<{ chatId: string } | undefined>
  /** The path from the root to this message, oldest first. */
  path(messageId: string, userId: string): Promise<MessageRow[]>
  /** The same path as its reader sees it: the visible words alone. */
  saidOn(
    messageId: string,
    userId: string,
  ): Promise<(Pick<MessageRow, 'role' | 'model'> & { said: string })[]>
  message(messageId: string, userId: string): Promise<MessageRow | undefined>
  /** Deleted before `before`: removed for good, at most `limit` chats or messages. */
  prune(before: number, limit: number): Promise<number>
  /**
   * For messages of older versions, whose visible words are not kept apart yet: does so for the next `limit` chats behind
   * the id `afterChat` ('' at the beginning). Answers with how many messages it filled and from where to go on; null:
   * there are no more chats.
   */
  fillSaid(afterChat: string, limit: number): Promise<{ filled: number; next: string | null }>
}
