import { useRef, useState } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import type { ChatSummary } from '../../../protocol/http/chats.ts'
import { chatQuery } from '../chat/state/chat-query.ts'
import { ChatMenu } from '../chat/chat-menu.tsx'
import { lazyThread } from '../chat/thread/lazy-thread.ts'
import { RenameField } from '../chat/rename-field.tsx'
import { selectChats, useIsSelecting } from '../chat/state/selected-chats.ts'
import { ChatCheckbox } from './chat-checkbox.tsx'
import { ChatTitle } from './chat-title.tsx'
import { chatsAround, chatsBetween } from './shown-chats.ts'
import { moveBetweenLinks } from './move-between-links.ts'

/**
 * A chat in the list. Pointing at it prefetches it, so that it opens at once. It is renamed in its row, with the menu or
 * with F2.
 */
export function ChatItem({
  chat,
  filter,
  showsFolder = false,
  onOpen,
}: {
  chat: ChatSummary
  /** The search text to mark in the title; empty if there is none. */
  filter: string
  showsFolder?: boolean
  onOpen: () => void
}): ReactNode {
  const queryClient = useQueryClient()
  const read = (): void => {
    void queryClient.prefetchQuery(chatQuery(chat.id))
    lazyThread.fetch()
  }
  const [renaming, setRenaming] = useState(false)
  const returnFocus = useRef(false)
  const isSelecting = useIsSelecting()
  const openId = useParams({ strict: false, select: (params) => params.chatId })
  /** Begins a selection with the chats from the open one to this one. */
  const select = (element: Element): void =>
    selectChats(chatsBetween(chatsAround(queryClient, element), openId, chat.id), chat.id)
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.key === 'F2') setRenaming(true)
    else if (event.key === ' ' || (event.shiftKey && /^Arrow(Up|Down)$/.test(event.key))) {
      event.preventDefault()
      selectChats([chat], chat.id)
    } else moveBetweenLinks(event)
  }
  if (isSelecting) return <ChatCheckbox chat={chat} filter={filter} showsFolder={showsFolder} />
  if (renaming) {
    return (
      <li className="flex px-0.5 py-px">
        <RenameField
          chat={chat}
          onDone={(focused) => {
            returnFocus.current = focused
            setRenaming(false)
          }}
        />
      </li>
    )
  }
  return (
    <li className="group/item relative">
      <Link
        ref={(element) => {
          if (returnFocus.current) element?.focus()
          returnFocus.current = false
        }}
        data-row=""
        to="/c/$chatId"
        params={{ chatId: chat.id }}
        data-chat={chat.id}
        onClick={(event) => {
          if (!event.shiftKey) return onOpen()
          // Without this, the browser would open a window.
          event.preventDefault()
          select(event.currentTarget)
        }}
        aria-keyshortcuts="F2"
        onKeyDown={onKeyDown}
        onPointerEnter={read}
        onFocus={read}
        className="flex min-h-9 items-center gap-2 rounded-medium px-2 py-1.5 text-text group-focus-within/item:pr-9 group-hover/item:pr-9 group-has-[[aria-expanded=true]]/item:pr-9 hover:bg-hover touch:min-h-11 touch:pr-11"
        activeProps={{ className: 'bg-hover font-medium', 'aria-current': 'page' }}
      >
        <ChatTitle chat={chat} filter={filter} showsFolder={showsFolder} />
      </Link>
      <span className="absolute top-1/2 right-1 -translate-y-1/2 opacity-0 group-focus-within/item:opacity-100 group-hover/item:opacity-100 has-[[aria-expanded=true]]:opacity-100 touch:opacity-100">
        <ChatMenu
          chat={chat}
          small
          onRename={() => setRenaming(true)}
          onSelect={() => selectChats([chat], chat.id)}
        />
      </span>
    </li>
  )
}
