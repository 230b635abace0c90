import { useEffect, useEffectEvent, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Trans, useLingui } from '@lingui/react/macro'
import type { FoundMessage } from '../../../protocol/http/messages.ts'
import { ApiError } from '../../api/api-error.ts'
import { call } from '../../api/call.ts'
import { operationKey } from '../../api/operation-query.ts'
import { Button } from '../../ui/button.tsx'
import { Waiting } from '../../ui/waiting.tsx'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { setFoundHit } from '../chat/state/found-hit.ts'
import { Marked } from './marked.tsx'
import { moveBetweenLinks } from './move-between-links.ts'

/** One letter is in almost every message, but one ideograph may be a word. */
const isLongEnough = (text: string): boolean => text.length >= 2 || /\p{Ideographic}/u.test(text)
/** How long typing has to pause before messages are searched, ms. */
const pauseMs = 250
/** The search loads this many pages by itself; then the user has to press a button to search further. */
const autoPages = 10

/** Messages that match the search text, shown below the chats whose titles match. */
export function FoundMessages({
  filter,
  archived,
  titles,
  opensFirst,
  onOpen,
}: {
  filter: string
  archived: boolean
  /** How many chat titles match the search text. */
  titles: number
  /** Whether to open the first message as soon as it is found. */
  opensFirst: boolean
  onOpen: () => void
}): ReactNode {
  const { t } = useLingui()
  const q = useDebounced(filter, pauseMs)
  const query = { q, archived: archived ? ('true' as const) : ('false' as const) }
  const search = useInfiniteQuery({
    queryKey: operationKey('searchMessages', { query }),
    queryFn: ({ pageParam, signal }) =>
      call('searchMessages', { query: { ...query, ...(pageParam ? { cursor: pageParam } : {}) } }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    enabled: isLongEnough(q),
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 60_000,
  })
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = search
  const end = useRef<HTMLDivElement>(null)
  const [asked, setAsked] = useState({ q, until: autoPages })
  if (asked.q !== q) setAsked({ q, until: autoPages })
  const pages = search.data?.pages ?? []
  const loadsByItself = pages.length < asked.until
  useEffect(() => {
    const element = end.current
    if (!element || !hasNextPage || isFetchingNextPage || !loadsByItself) return
    const observer = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting) void fetchNextPage()
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [fetchNextPage, hasNextPage, isFetchingNextPage, loadsByItself])

  const list = useRef<HTMLUListElement>(null)
  const isFound = q === filter && !search.isPlaceholderData && pages.some(({ items }) => items.length > 0)
  const openFirst = useEffectEvent(() => list.current?.querySelector('a')?.click())
  useEffect(() => {
    if (opensFirst && isFound) openFirst()
  }, [opensFirst, isFound])

  if (!isLongEnough(q) || !isLongEnough(filter)) return null
  // During an upgrade an older instance, which cannot search messages, may answer. Titles are still searched.
  if (search.error instanceof ApiError && search.error.status === 404) return null
  const found = firstOfEachChat(pages.flatMap((page) => page.items))
  const isSearching = q !== filter || search.isFetching
  return (
    <section aria-label={t`In messages`}>
      {found.length > 0 && (
        <>
          <h2 className="px-2 pt-4 pb-1 text-small font-medium text-faint">
            <Trans>In messages</Trans>
          </h2>
          <ul ref={list}>
            {found.map((it) => (
              <FoundMessageRow key={it.messageId} found={it} words={q.split(/\s+/)} onOpen={onOpen} />
            ))}
          </ul>
        </>
      )}
      <ErrorNotice error={search.error} onRetry={() => void search.refetch()} />
      <div ref={end}>
        {isSearching ? (
          <Waiting label={t`Searching messages…`} />
        ) : hasNextPage ? (
          <Button look="plain" wide onClick={() => setAsked({ q, until: pages.length + autoPages })}>
            <Trans>Search older messages</Trans>
          </Button>
        ) : (
          search.isSuccess &&
          titles + found.length === 0 && (
            <p className="px-2 pt-4 text-muted [overflow-wrap:anywhere]">
              <Trans>No results for “{q}”.</Trans>
            </p>
          )
        )}
      </div>
    </section>
  )
}

/** A later page may have an older message of a chat again. */
function firstOfEachChat(found: readonly FoundMessage[]): FoundMessage[] {
  const byChat = new Map<string, FoundMessage>()
  for (const one of found) if (!byChat.has(one.chat.id)) byChat.set(one.chat.id, one)
  return [...byChat.values()]
}

function FoundMessageRow({
  found: { chat, messageId, excerpt },
  words,
  onOpen,
}: {
  found: FoundMessage
  words: readonly string[]
  onOpen: () => void
}): ReactNode {
  return (
    <li>
      <Link
        to="/c/$chatId"
        params={{ chatId: chat.id }}
        hash={`m-${messageId}`}
        // The thread scrolls to the word instead.
        hashScrollIntoView={false}
        onClick={() => {
          setFoundHit({ messageId, words })
          onOpen()
        }}
        onKeyDown={moveBetweenLinks}
        className="flex flex-col gap-0.5 rounded-medium px-2 py-1.5 hover:bg-hover touch:min-h-11"
      >
        <bdi className="truncate">
          <Marked text={chat.title} words={words} />
        </bdi>
        <bdi className="line-clamp-2 text-small text-muted [overflow-wrap:anywhere]">
          <Marked text={excerpt} words={words} />
        </bdi>
      </Link>
    </li>
  )
}

/** The value, updated once it has stayed the same for `ms`. */
function useDebounced<Value>(value: Value, ms: number): Value {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms)
    return () => clearTimeout(timer)
  }, [value, ms])
  return settled
}
