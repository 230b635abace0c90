import type { QueryClient } from '@tanstack/react-query'
import type { ChatView } from '../../../../protocol/http/chats.ts'
import type { RunStarted } from '../../../../protocol/run.ts'
import { call } from '../../../api/call.ts'
import { toServerTime } from '../../../api/server-clock.ts'
import type { LiveClient } from '../../../live/live-client.ts'
import { newId } from '../../new-id.ts'
import { writeStored } from '../../storage/safe-storage.ts'
import { messagesOfStart, newChat, withMessage, withMessages } from './chat-cache.ts'
import { chatKey, patchChat, patchQuery } from './chat-query.ts'
import { newChatKey } from './drafts.ts'
import {
  addPending,
  changePending,
  nameRows,
  nameThread,
  pendingSends,
  removePending,
} from './pending-sends.ts'

export interface SendRequest {
  chatKey: string
  parentId: string | null
  model: string
  text?: string
  regenerateOf?: string
  continueOf?: string
  /** A queued message's own id, so that two tabs which send it send one. */
  clientId?: string
}

export interface ChatActions {
  /** Asks for an answer; what is asked stands in the thread at once. Throws `ApiError` when it was refused. */
  send: (request: SendRequest) => Promise<RunStarted>
  /** Stops what runs in a chat, also what has no id yet. Throws when the stop was not taken. */
  stop: (chatKey: string, runId: string | null) => Promise<void>
  /** Shows another branch from now on, on every device. */
  switchBranch: (chatId: string, leafId: string) => Promise<void>
}

export interface ChatActionsOptions {
  live: Pick<LiveClient, 'start' | 'stop'>
  queryClient: QueryClient
  /** A new chat has its id. What was asked stays on the screen as it is until this settles. */
  onCreated: (chatId: string) => Promise<void>
}

export function createChatActions({ live, queryClient, onCreated }: ChatActionsOptions): ChatActions {
  const begun = (run: RunStarted, request: SendRequest): void => {
    const { text, parentId, model, continueOf } = request
    const now = toServerTime(Date.now())
    patchQuery<ChatView>(queryClient, chatKey(run.chatId), (known) => {
      const chat = known ?? newChat(run.chatId, titleOf(text ?? ''), model, now)
      if (continueOf !== undefined) {
        return withMessage(chat, continueOf, {
          status: 'running',
          phase: 'queued',
          runId: run.runId,
          error: undefined,
          finishReason: undefined,
        })
      }
      const messages = messagesOfStart(run, { model, text, parentId, now })
      return withMessages({ ...chat, model }, messages, run.messageId)
    })
  }

  return {
    async send(request) {
      const { chatKey, clientId = newId(), parentId, text, model, regenerateOf, continueOf } = request
      const start = live.start({
        clientId,
        model,
        ...(chatKey === newChatKey ? {} : { chatId: chatKey }),
        ...(text === undefined ? {} : { text, parentId }),
        ...(regenerateOf === undefined ? {} : { regenerateOf }),
        ...(continueOf === undefined ? {} : { continueOf }),
      })
      const sentAt = Date.now()
      addPending({ clientId, chatKey, parentId, text, continueOf, model, sentAt, stopping: false, start })
      try {
        const run = await start.started
        if (continueOf === undefined)
          nameRows(clientId, text === undefined ? null : run.userMessageId, run.messageId)
        begun(run, request)
        writeStored('last-model', model)
        if (chatKey === newChatKey) {
          nameThread(run.chatId, clientId)
          await onCreated(run.chatId)
        }
        return run
      } finally {
        removePending(clientId)
      }
    },
    async stop(chatKey, runId) {
      const pending = pendingSends().find((it) => it.chatKey === chatKey)
      if (pending) {
        changePending(pending.clientId, { stopping: true })
        await pending.start.stop()
      } else if (runId !== null) {
        await live.stop(runId)
      }
    },
    async switchBranch(chatId, leafId) {
      patchChat(queryClient, chatId, (chat) => ({ ...chat, currentId: leafId }))
      await call('updateChat', { params: { id: chatId }, body: { currentId: leafId } })
    },
  }
}

/** What a chat is called until the server has a title for it. */
function titleOf(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? ''
  return line.length > 60 ? `${line.slice(0, 59)}…` : line
}
