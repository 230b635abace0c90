import type { QueryClient } from '@tanstack/react-query'
import type { ChatView } from '../../../../protocol/http/chats.ts'
import type { RunStarted } from '../../../../protocol/run.ts'
import { call } from '../../../api/call.ts'
import { toServerTime } from '../../../api/server-clock.ts'
import type { LiveClient } from '../../../live/live-client.ts'
import { systemClock } from '../../../base/clock.ts'
import type { Clock } from '../../../base/clock.ts'
import { newId } from '../../../base/new-id.ts'
import { recordUsedModel } from '../../models/recent-models.ts'
import { messagesOfStart, newChat, withMessage, withMessages } from './chat-cache.ts'
import { chatKey, patchChat, patchQuery } from './chat-query.ts'
import { newChatKey } from './drafts.ts'
import type { PlacedRequest } from './outgoing.ts'
import {
  addPending,
  changePending,
  nameRows,
  nameThread,
  pendingSends,
  removePending,
} from './pending-sends.ts'

export interface ChatActions {
  /**
   * Requests an answer. The request is shown in the thread at once. `clientId`: the id of a queued message, so that two
   * tabs which both send it start one run. Throws `ApiError` if the server refuses.
   */
  send: (chatKey: string, request: PlacedRequest, clientId?: string) => Promise<RunStarted>
  /** Stops the running answer of a chat, even if it has no run id yet. Throws if the stop was not accepted. */
  stop: (chatKey: string, runId: string | null) => Promise<void>
  /** Switches the chat to another branch, on all devices of the user. */
  switchBranch: (chatId: string, leafId: string) => Promise<void>
}

export interface ChatActionsOptions {
  live: Pick<LiveClient, 'start' | 'stop'>
  queryClient: QueryClient
  clock?: Pick<Clock, 'now'>
  /** Called when a new chat has its id. The pending message stays on the screen until this settles. */
  onCreated: (chatId: string) => Promise<void>
}

export function createChatActions(options: ChatActionsOptions): ChatActions {
  const { live, queryClient, onCreated, clock = systemClock } = options
  const showStarted = (run: RunStarted, request: PlacedRequest): void => {
    const now = toServerTime(clock.now())
    patchQuery<ChatView>(queryClient, chatKey(run.chatId), (known) => {
      const chat = known ?? newChat(run.chatId, titleOf(request), request.model, now)
      if ('continueOf' in request) {
        return withMessage(chat, request.continueOf, {
          status: 'running',
          phase: 'queued',
          runId: run.runId,
          error: undefined,
          finishReason: undefined,
        })
      }
      return withMessages(
        { ...chat, model: request.model },
        messagesOfStart(run, request, now),
        run.messageId,
      )
    })
  }

  return {
    async send(chatKey, request, clientId = newId()) {
      const { parentId, ...asked } = request
      const isNew = 'text' in asked
      const start = live.start({
        clientId,
        ...(chatKey === newChatKey ? {} : { chatId: chatKey }),
        ...asked,
        ...(isNew ? { parentId } : {}),
      })
      addPending({ clientId, chatKey, request, sentAt: clock.now(), stopping: false, start })
      try {
        const run = await start.started
        if (!('continueOf' in asked)) nameRows(clientId, isNew ? run.userMessageId : null, run.messageId)
        showStarted(run, request)
        recordUsedModel(asked.model)
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

/** The title of a chat until the server has generated one. */
function titleOf(request: PlacedRequest): string {
  const text = 'text' in request ? request.text : ''
  const line = text.trim().split('\n', 1)[0] ?? ''
  return line.length > 60 ? `${line.slice(0, 59)}…` : line
}
