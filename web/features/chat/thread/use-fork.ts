import { useCallback, useRef } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useLingui } from '@lingui/react/macro'
import type { ChatView, MessageView } from '../../../../protocol/http/chats.ts'
import { call } from '../../../api/call.ts'
import { showToast } from '../../../ui/toasts.tsx'
import { applyUserEvent } from '../state/apply-user-event.ts'
import { cutText } from './cut-text.ts'

/** Longest title that the server accepts, in characters. */
const maxTitle = 200
/** Leaves space for the words around the title of the original. */
const maxQuotedTitle = maxTitle - 60

/**
 * Returns a function that creates a new chat from the messages up to the given one and opens it. A message that is still
 * being written is refused with the reason. While one request is running, further calls do nothing.
 */
export function useFork(): (chat: ChatView, message: MessageView) => Promise<void> {
  const { t } = useLingui()
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const forking = useRef(false)
  return useCallback(
    async (chat, message) => {
      if (message.status === 'running') {
        showToast(t`This answer is still being written. Wait until it is done, or stop it, and fork then.`)
        return
      }
      if (forking.current) return
      forking.current = true
      try {
        const original = cutText(chat.title, maxQuotedTitle)
        const fork = await call('forkChat', {
          params: { id: message.id },
          body: { title: t`Fork of ${original}` },
        })
        applyUserEvent(queryClient, { name: 'chat.changed', chat: fork })
        await navigate({ to: '/c/$chatId', params: { chatId: fork.id } })
        showToast(t`New chat with a copy of the messages up to there`, {
          label: t`Open original`,
          run: () => void navigate({ to: '/c/$chatId', params: { chatId: chat.id } }),
        })
      } finally {
        forking.current = false
      }
    },
    [navigate, queryClient, t],
  )
}
