import type { ReactNode } from 'react'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '../../ui/button.tsx'
import { chatListQuery, pinnedChats } from '../chat/state/chat-list-query.ts'
import { chatsOf } from '../chat/state/chat-cache.ts'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { ChatSection } from './chat-section.tsx'

/** The pinned chats, wherever the list of all chats would have them. Shows nothing if there are none. */
export function PinnedChats({ onOpen }: { onOpen: () => void }): ReactNode {
  const { t } = useLingui()
  const query = useInfiniteQuery(chatListQuery(pinnedChats))
  const chats = chatsOf(query.data, pinnedChats)
  return (
    <>
      {query.error && (
        <div className="p-1">
          <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
        </div>
      )}
      {chats.length > 0 && <ChatSection name={t`Pinned`} chats={chats} showsFolders onOpen={onOpen} />}
      {query.hasNextPage && (
        <Button look="plain" wide busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          <Trans>More pinned chats</Trans>
        </Button>
      )}
    </>
  )
}
