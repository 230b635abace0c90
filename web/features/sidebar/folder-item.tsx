import { useId, useRef, useState } from 'react'
import type { KeyboardEvent, ReactNode } from 'react'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Trans, useLingui } from '@lingui/react/macro'
import { limits } from '../../../protocol/limits.ts'
import { call } from '../../api/call.ts'
import { Button } from '../../ui/button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { NameField } from '../chat/name-field.tsx'
import { applyUserEvent } from '../chat/state/apply-user-event.ts'
import { chatsOf } from '../chat/state/chat-cache.ts'
import { chatListQuery, chatsInFolder } from '../chat/state/chat-list-query.ts'
import { setFolderOpen, useFolderOpen } from '../chat/state/open-folders.ts'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { ChatItem } from './chat-item.tsx'
import { FolderMenu } from './folder-menu.tsx'
import { moveBetweenLinks } from './move-between-links.ts'

/** A folder in the list. Its chats are loaded when it is expanded. Right and Left expand and collapse it, F2 renames it. */
export function FolderItem({ name, onOpen }: { name: string; onOpen: () => void }): ReactNode {
  const { t } = useLingui()
  const queryClient = useQueryClient()
  const isOpen = useFolderOpen(name)
  const chatsId = useId()
  const [renaming, setRenaming] = useState(false)
  const returnFocus = useRef(false)
  const rename = async (to: string): Promise<void> => {
    const renamed = await call('renameFolder', { body: { from: name, name: to } })
    applyUserEvent(queryClient, { name: 'folders.changed', moved: { from: name, to: renamed.name } })
  }
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.key === 'F2') setRenaming(true)
    else if (event.key === 'ArrowRight') setFolderOpen(name, true)
    else if (event.key === 'ArrowLeft') setFolderOpen(name, false)
    else moveBetweenLinks(event)
  }
  return (
    <li>
      {renaming ? (
        <div className="flex px-0.5 py-px">
          <NameField
            label={t`Name of the folder`}
            before={name}
            maxLength={limits.name}
            field="name"
            save={rename}
            onDone={(focused) => {
              returnFocus.current = focused
              setRenaming(false)
            }}
          />
        </div>
      ) : (
        <div className="group/item relative">
          <button
            ref={(element) => {
              if (returnFocus.current) element?.focus()
              returnFocus.current = false
            }}
            type="button"
            data-row=""
            aria-expanded={isOpen}
            aria-controls={chatsId}
            aria-keyshortcuts="F2"
            onClick={() => setFolderOpen(name, !isOpen)}
            onKeyDown={onKeyDown}
            className="flex min-h-9 w-full items-center gap-2 rounded-medium px-2 py-1.5 text-left text-text group-focus-within/item:pr-9 group-hover/item:pr-9 hover:bg-hover touch:min-h-11 touch:pr-11"
          >
            <span className={isOpen ? 'rotate-90' : undefined}>
              <Icon name="right" size={14} />
            </span>
            <Icon name="folder" size={16} />
            <bdi className="min-w-0 flex-1 truncate">{name}</bdi>
          </button>
          <span className="absolute top-1/2 right-1 -translate-y-1/2 opacity-0 group-focus-within/item:opacity-100 group-hover/item:opacity-100 has-[[aria-expanded=true]]:opacity-100 touch:opacity-100">
            <FolderMenu name={name} onRename={() => setRenaming(true)} />
          </span>
        </div>
      )}
      <div id={chatsId} className="pl-4">
        {isOpen && <FolderChats name={name} onOpen={onOpen} />}
      </div>
    </li>
  )
}

function FolderChats({ name, onOpen }: { name: string; onOpen: () => void }): ReactNode {
  const filter = chatsInFolder(name)
  const query = useInfiniteQuery(chatListQuery(filter))
  const chats = chatsOf(query.data, filter)
  return (
    <>
      <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
      <ul>
        {chats.map((chat) => (
          <ChatItem key={chat.id} chat={chat} filter="" onOpen={onOpen} />
        ))}
      </ul>
      {query.isSuccess && chats.length === 0 && (
        <p className="px-2 py-1.5 text-small text-muted">
          <Trans>
            No chats here. “Move to folder” in the menu of a chat moves the chat here. Pinned chats stay at
            the top.
          </Trans>
        </p>
      )}
      {query.hasNextPage && (
        <Button look="plain" wide busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          <Trans>Older chats</Trans>
        </Button>
      )}
    </>
  )
}
