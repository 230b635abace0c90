import { useQueryClient } from '@tanstack/react-query'
import { useLocation, useNavigate } from '@tanstack/react-router'
import { useLingui } from '@lingui/react/macro'
import type { ChatSummary } from '../../../protocol/http/chats.ts'
import { showToast } from '../../ui/toasts.tsx'
import { errorText } from '../errors/error-text.ts'
import { changeChats, inverseOf } from './state/change-chats.ts'
import type { ChatsChange } from './state/change-chats.ts'

/**
 * Returns a function that changes chats and confirms that in a toast, whose one button takes everything back.
 * `confirmation` receives how many chats were changed. Resolves with false if an error was shown instead.
 */
export function useChangeChats(): (
  chats: readonly ChatSummary[],
  change: ChatsChange,
  confirmation: (count: number) => string,
) => Promise<boolean> {
  const { t } = useLingui()
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const path = useLocation({ select: (location) => location.pathname })
  return async (chats, change, confirmation) => {
    let changed: ReadonlySet<string> = new Set()
    const ids = chats.map((chat) => chat.id)
    const undo = async (): Promise<void> => {
      try {
        const before = chats.filter((chat) => changed.has(chat.id))
        for (const { ids: group, change: back } of inverseOf(change, before)) {
          await changeChats(queryClient, group, back)
        }
      } catch (error) {
        showToast(errorText(error))
      }
    }
    let isComplete = true
    try {
      await changeChats(queryClient, ids, change, (part) => {
        changed = new Set(part.map((chat) => chat.id))
        if (change.deleted && part.some((chat) => path === `/c/${chat.id}`)) void navigate({ to: '/' })
      })
    } catch (error) {
      isComplete = false
      showToast(errorText(error))
    }
    if (changed.size > 0) showToast(confirmation(changed.size), { label: t`Undo`, run: () => void undo() })
    return isComplete
  }
}
