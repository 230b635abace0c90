import type { ReactNode } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useLingui } from '@lingui/react/macro'
import type { ChatSummary } from '../../../protocol/http/chat-views.ts'
import { chatQuery } from './chat-query.ts'
import { ChatMenu } from './chat-menu.tsx'

/** A chat in the list. Pointing at it reads it, so that it opens at once. */
export function ChatItem({ chat, onOpen }: { chat: ChatSummary; onOpen: () => void }): ReactNode {
  const { t } = useLingui()
  const queryClient = useQueryClient()
  const read = (): void => {
    void queryClient.prefetchQuery(chatQuery(chat.id))
  }
  const mark = chat.running ? t`An answer is being written` : chat.unread ? t`New answer` : null
  return (
    <li className="group/item relative">
      <Link
        to="/c/$chatId"
        params={{ chatId: chat.id }}
        onClick={onOpen}
        onPointerEnter={read}
        onFocus={read}
        className="flex min-h-9 items-center gap-2 rounded-medium py-1.5 pr-9 pl-2 text-text hover:bg-hover touch:min-h-11"
        activeProps={{ className: 'bg-hover font-medium', 'aria-current': 'page' }}
      >
        <bdi className="min-w-0 flex-1 truncate">{chat.title}</bdi>
        {mark && (
          <span
            title={mark}
            className={
              chat.running
                ? 'size-2 shrink-0 rounded-full border-2 border-accent'
                : 'size-2 shrink-0 rounded-full bg-accent'
            }
          >
            <span className="sr-only">{mark}</span>
          </span>
        )}
      </Link>
      <span className="absolute top-1/2 right-1 -translate-y-1/2 opacity-0 group-focus-within/item:opacity-100 group-hover/item:opacity-100 has-[[aria-expanded=true]]:opacity-100 touch:opacity-100">
        <ChatMenu chat={chat} small />
      </span>
    </li>
  )
}
