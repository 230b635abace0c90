import { useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Trans, useLingui } from '@lingui/react/macro'
import type { ChatSummary } from '../../../protocol/http/chats.ts'
import { classNames } from '../../ui/class-names.ts'
import { Icon } from '../../ui/icon.tsx'
import { chatQuery } from '../chat/state/chat-query.ts'
import { ChatMenu } from '../chat/chat-menu.tsx'
import { lazyThread } from '../chat/thread/lazy-thread.ts'
import { RenameField } from '../chat/rename-field.tsx'
import { Marked } from './marked.tsx'
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
  const { t } = useLingui()
  const queryClient = useQueryClient()
  const read = (): void => {
    void queryClient.prefetchQuery(chatQuery(chat.id))
    lazyThread.fetch()
  }
  const [renaming, setRenaming] = useState(false)
  const returnFocus = useRef(false)
  const mark = chat.running ? t`An answer is being written` : chat.unread ? t`New answer` : null
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
        onClick={onOpen}
        aria-keyshortcuts="F2"
        onKeyDown={(event) => {
          if (event.key === 'F2') setRenaming(true)
          else moveBetweenLinks(event)
        }}
        onPointerEnter={read}
        onFocus={read}
        className="flex min-h-9 items-center gap-2 rounded-medium px-2 py-1.5 text-text group-focus-within/item:pr-9 group-hover/item:pr-9 group-has-[[aria-expanded=true]]/item:pr-9 hover:bg-hover touch:min-h-11 touch:pr-11"
        activeProps={{ className: 'bg-hover font-medium', 'aria-current': 'page' }}
      >
        <bdi className="min-w-0 flex-1 truncate">
          {filter === '' ? chat.title : <Marked text={chat.title} words={[filter]} />}
        </bdi>
        {showsFolder && chat.folder !== null && (
          <span className="flex max-w-24 min-w-0 items-center gap-1 text-small text-faint">
            <Icon name="folder" size={14} />
            <span className="sr-only">
              <Trans>In the folder</Trans>
            </span>{' '}
            <bdi className="truncate">{chat.folder}</bdi>
          </span>
        )}
        {mark && (
          <span
            title={mark}
            data-dot={chat.running ? 'ring' : 'full'}
            className={classNames(
              'mr-1 size-2 shrink-0 rounded-full not-touch:group-focus-within/item:sr-only not-touch:group-hover/item:sr-only',
              chat.running ? 'border-2 border-accent' : 'bg-accent',
            )}
          >
            <span className="sr-only">{mark}</span>
          </span>
        )}
      </Link>
      <span className="absolute top-1/2 right-1 -translate-y-1/2 opacity-0 group-focus-within/item:opacity-100 group-hover/item:opacity-100 has-[[aria-expanded=true]]:opacity-100 touch:opacity-100">
        <ChatMenu chat={chat} small onRename={() => setRenaming(true)} />
      </span>
    </li>
  )
}
