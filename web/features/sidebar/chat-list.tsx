import { useDeferredValue, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { ReactNode } from 'react'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '../../ui/button.tsx'
import { useLazyIf, createLazy } from '../../ui/lazy.ts'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { chatsOf } from '../chat/state/chat-cache.ts'
import { chatListQuery, otherChats, pinnedChats } from '../chat/state/chat-list-query.ts'
import type { ChatListFilter } from '../chat/state/chat-list-query.ts'
import { ChatSection } from './chat-section.tsx'
import { groupByDay } from './day-groups.ts'
import type { DayGroup } from './day-groups.ts'
import { useIsSelecting } from '../chat/state/selected-chats.ts'
import { SelectionBar } from './selection-bar.tsx'
import { Folders } from './folders.tsx'
import { ListBar } from './list-bar.tsx'
import { PinnedChats } from './pinned-chats.tsx'
import { useKeptFocus } from './use-kept-focus.ts'

/** Loaded when the user first searches. */
const lazyFoundMessages = createLazy(() => import('./found-messages.tsx'))

/** The chats, grouped by day and loaded page by page. The server filters them, so that old chats are found too. */
export function ChatList({
  filter,
  opensFirst,
  onOpen,
  onShowAll,
}: {
  filter: string
  /** Whether to open the first result of the search as soon as it is found. */
  opensFirst: boolean
  onOpen: () => void
  /** Ends the search. */
  onShowAll: () => void
}): ReactNode {
  const { t } = useLingui()
  const q = useDeferredValue(filter.trim())
  const [archived, setArchived] = useState(false)
  const isSelecting = useIsSelecting()
  const [isCreating, setIsCreating] = useState(false)
  const found = useLazyIf(q === '' ? undefined : lazyFoundMessages)
  const isMain = q === '' && !archived
  const listFilter = isMain ? otherChats : filterOf(q, archived)
  const query = useInfiniteQuery({ ...chatListQuery(listFilter), placeholderData: keepPreviousData })
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = query
  const end = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = end.current
    if (!element || !hasNextPage || isFetchingNextPage) return
    const observer = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting) void fetchNextPage()
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [fetchNextPage, hasNextPage, isFetchingNextPage])

  const now = useToday()
  // While offline, a search keeps the previous list, which does not match it.
  const isHeldOffline = query.fetchStatus === 'paused' && (query.isPlaceholderData || query.isPending)
  const chats = isHeldOffline ? [] : chatsOf(query.data, listFilter)
  const list = useRef<HTMLDivElement>(null)
  useKeptFocus(list)
  const isFound = q === filter.trim() && query.isSuccess && !query.isPlaceholderData
  const opensTitle = opensFirst && isFound && chats.length > 0
  useEffect(() => {
    if (opensTitle) list.current?.querySelector('a')?.click()
  }, [opensTitle])
  const names: Record<DayGroup, string> = {
    pinned: t`Pinned`,
    today: t`Today`,
    yesterday: t`Yesterday`,
    week: t`Last 7 days`,
    month: t`Last 30 days`,
    older: t`Older`,
  }
  return (
    <>
      {isSelecting ? (
        <SelectionBar archived={archived} />
      ) : (
        <ListBar
          archived={archived}
          onArchived={setArchived}
          onNewFolder={() => {
            onShowAll()
            setIsCreating(true)
          }}
        />
      )}
      <div ref={list} className="min-h-0 flex-1 overflow-y-auto px-2 pb-2">
        {query.error && (
          <div className="p-1">
            <ErrorNotice error={query.error} onRetry={() => void query.refetch()} />
          </div>
        )}
        {isHeldOffline && (
          <p className="px-2 pt-4 text-muted">
            {q === '' ? (
              <Trans>Your chats appear when you’re online again.</Trans>
            ) : (
              <Trans>The search continues when you’re online again.</Trans>
            )}
          </p>
        )}
        {isMain && (
          <>
            <PinnedChats onOpen={onOpen} />
            <Folders isCreating={isCreating} onCreated={() => setIsCreating(false)} onOpen={onOpen} />
          </>
        )}
        {groupByDay(chats, now).map(({ group, chats: ofGroup }) => (
          <ChatSection
            key={group}
            name={names[group]}
            chats={ofGroup}
            filter={q}
            showsFolders={!isMain}
            onOpen={onOpen}
          />
        ))}
        {found && !hasNextPage && (
          <found.FoundMessages
            filter={filter.trim()}
            archived={archived}
            titles={chats.length}
            opensFirst={opensFirst && isFound && chats.length === 0}
            onOpen={onOpen}
          />
        )}
        {q === '' && query.isSuccess && !query.isPlaceholderData && chats.length === 0 && (
          <EmptyList archived={archived} />
        )}
        <div ref={end}>
          {hasNextPage && (
            <Button look="plain" wide busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              <Trans>Older chats</Trans>
            </Button>
          )}
        </div>
      </div>
    </>
  )
}

function EmptyList({ archived }: { archived: boolean }): ReactNode {
  const pinned = useInfiniteQuery({ ...chatListQuery(pinnedChats), enabled: !archived })
  if (!archived && (!pinned.isSuccess || chatsOf(pinned.data, pinnedChats).length > 0)) return null
  return (
    <p className="px-2 pt-4 text-muted">
      {archived ? <Trans>No archived chats.</Trans> : <Trans>Your chats will appear here.</Trans>}
    </p>
  )
}

function filterOf(q: string, archived: boolean): ChatListFilter {
  return { ...(q === '' ? {} : { q }), archived: archived ? 'true' : 'false' }
}

/** Midnight of today. It changes with the first render after midnight. */
function useToday(): Date {
  const day = useSyncExternalStore(noSubscription, () => new Date().setHours(0, 0, 0, 0))
  return useMemo(() => new Date(day), [day])
}

const noSubscription = (): (() => void) => () => undefined
