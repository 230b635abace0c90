import { useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { RefObject } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { useLingui } from '@lingui/react/macro'
import type { MessageView } from '../../../../protocol/http/chats.ts'
import { call } from '../../../api/call.ts'
import { showToast } from '../../../ui/toasts.tsx'
import type { ComposerHandle } from '../composer/composer.tsx'
import { withoutMessage } from '../state/chat-cache.ts'
import { useChatActions } from '../state/live-context.tsx'
import type { AnswerRequest } from '../state/outgoing.ts'
import { newestLeafUnder, pathTo } from '../state/message-tree.ts'
import type { RowHandlers } from './message-row.tsx'
import { chatKey, patchChat, patchQuery } from '../state/chat-query.ts'
import type { OpenChat } from '../state/use-chat.ts'
import { useFork } from './use-fork.ts'

interface RowHandlersOptions {
  open: OpenChat
  model: string | null
  composer: RefObject<ComposerHandle | null>
  fail: (key: string, error: unknown) => void
}

/**
 * The handlers of the messages’ actions. They never change identity, so that a message does not re-render because
 * another one changed.
 */
export function useRowHandlers(given: RowHandlersOptions): {
  handlers: RowHandlers
  editing: string | null
  editLast: () => boolean
} {
  const { t } = useLingui()
  const actions = useChatActions()
  const queryClient = useQueryClient()
  const fork = useFork()
  const [editing, setEditing] = useState<string | null>(null)
  const latest = useRef(given)
  useLayoutEffect(() => {
    latest.current = given
  })

  const handlers = useMemo<RowHandlers>(() => {
    const tried = (work: Promise<unknown>): void => {
      const { key } = latest.current.open
      work.catch((error: unknown) => latest.current.fail(key, error))
    }
    const request = (message: MessageView, request: AnswerRequest): void =>
      tried(actions.send(latest.current.open.key, { parentId: message.parentId, ...request }))
    const modelOf = (message: MessageView): string => message.model ?? latest.current.model ?? ''
    return {
      onEdit: (message) => setEditing(message.id),
      onCancelEdit() {
        setEditing(null)
        latest.current.composer.current?.focus()
      },
      onResend(message, text) {
        setEditing(null)
        request(message, { text, model: latest.current.model ?? '' })
        latest.current.composer.current?.focus()
      },
      onRegenerate(message, model) {
        request(message, { regenerateOf: message.id, model: model ?? modelOf(message) })
        // The new answer takes the place of the message, whose button would take the focus with it.
        latest.current.composer.current?.focus()
      },
      onContinue: (message) => request(message, { continueOf: message.id, model: modelOf(message) }),
      onSwitch(messageId) {
        const { chat } = latest.current.open
        if (chat) tried(actions.switchBranch(chat.id, newestLeafUnder(chat.messages, messageId)))
      },
      onFork(message) {
        const { chat } = latest.current.open
        if (chat) tried(fork(chat, message))
      },
      onDelete(message) {
        const { chat } = latest.current.open
        if (!chat) return
        const work = async (): Promise<void> => {
          const done = await call('deleteMessage', { params: { id: message.id } })
          patchChat(queryClient, chat.id, (it) => ({
            ...withoutMessage(it, message.id),
            currentId: done.currentId,
          }))
          const others = done.deleted.length - 1
          showToast(
            others > 0 ? t`Message deleted, and ${others} more that followed it` : t`Message deleted`,
            {
              label: t`Undo`,
              run: () =>
                tried(
                  call('restoreMessage', { params: { id: message.id } }).then((restored) => {
                    patchQuery(queryClient, chatKey(chat.id), () => restored)
                    // Deleting switched to another branch, so the branch that was on the screen is restored.
                    return chat.currentId === null ? undefined : actions.switchBranch(chat.id, chat.currentId)
                  }),
                ),
            },
          )
        }
        tried(work())
      },
    }
  }, [actions, fork, queryClient, t])

  return {
    handlers,
    editing,
    editLast() {
      const { chat, running } = given.open
      const own = chat && pathTo(chat.messages, chat.currentId).findLast((it) => it.role === 'user')
      if (!own || running) return false
      setEditing(own.id)
      return true
    },
  }
}
