import { useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import type { UserView } from '../../../protocol/http/users.ts'
import { IconButton } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { useAppName } from '../app-name.ts'
import { ChatList } from './chat-list.tsx'
import { FallbackNote } from './fallback-note.tsx'
import { moveBetweenLinks } from './move-between-links.ts'
import { useSidebar } from './sidebar-state.ts'
import { useNewChat } from './use-new-chat.ts'
import { UserMenu } from './user-menu.tsx'

/** The sidebar: the list of chats, the search field and the user menu. */
export function Sidebar({ user, onClose }: { user: UserView; onClose: () => void }): ReactNode {
  const { t } = useLingui()
  const { hideSheet } = useSidebar()
  const newChat = useNewChat()
  const appName = useAppName()
  const [filter, setFilterText] = useState('')
  const [opensFirst, setOpensFirst] = useState(false)
  const search = useRef<HTMLInputElement>(null)
  const setFilter = (text: string): void => {
    setFilterText(text)
    setOpensFirst(false)
  }
  return (
    <nav
      aria-label={t`Chats`}
      className="flex h-full w-full flex-col bg-surface-1 pt-[env(safe-area-inset-top)]"
    >
      <div className="flex h-13 shrink-0 items-center gap-1 pr-2 pl-4">
        <span className="min-w-0 flex-1 truncate text-answer font-semibold">{appName}</span>
        <IconButton icon="sidebar" label={t`Hide chats`} onClick={onClose} />
      </div>
      <div className="flex flex-col gap-1 px-2 pb-2">
        <button
          type="button"
          className="flex min-h-9 items-center gap-2 rounded-medium bg-raised px-2.5 font-medium shadow-raised ring-1 ring-border transition-colors duration-(--motion-quick) hover:bg-hover touch:min-h-11"
          onClick={() => {
            hideSheet()
            newChat()
          }}
        >
          <Icon name="plus" size={18} />
          <Trans>New chat</Trans>
        </button>
        <label className="flex min-h-9 items-center gap-2 rounded-medium pr-1 pl-2.5 text-muted focus-within:bg-raised focus-within:outline-2 focus-within:outline-accent hover:bg-hover focus-within:hover:bg-raised touch:min-h-11">
          <Icon name="search" size={18} />
          <input
            ref={search}
            data-search=""
            type="search"
            aria-label={t`Search titles and messages`}
            placeholder={t`Search`}
            value={filter}
            onChange={(event) => setFilter(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') setFilter('')
              else if (event.key === 'Enter' && !event.nativeEvent.isComposing) {
                setOpensFirst(filter.trim() !== '')
              } else moveBetweenLinks(event)
            }}
            className="min-w-0 flex-1 bg-transparent text-text outline-none placeholder:text-muted touch:text-answer [&::-webkit-search-cancel-button]:appearance-none"
          />
          {filter !== '' && (
            <IconButton
              icon="close"
              size="small"
              label={t`Clear the search`}
              onClick={() => {
                setFilter('')
                search.current?.focus()
              }}
            />
          )}
        </label>
      </div>
      <ChatList
        filter={filter}
        opensFirst={opensFirst}
        onShowAll={() => setFilter('')}
        onOpen={() => {
          setOpensFirst(false)
          hideSheet()
        }}
      />
      <FallbackNote />
      <div className="border-t border-border p-2 pb-[max(0.5rem,env(safe-area-inset-bottom))]">
        <UserMenu user={user} />
      </div>
    </nav>
  )
}
