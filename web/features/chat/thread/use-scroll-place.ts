import { useEffect, useLayoutEffect, useRef } from 'react'
import type { RefObject } from 'react'
import { useLocation } from '@tanstack/react-router'
import { useFoundHit } from '../state/found-hit.ts'
import { clearFound, markFound } from './found-words.ts'
import { goToMessage, rememberedPlace, rememberPlace } from './scroll-places.ts'

interface ScrollPlaceOptions {
  chatId: string
  box: RefObject<HTMLElement | null>
  pinned: boolean
  unpin: () => void
  /** Renders an older message of the current branch. */
  reveal: (messageId: string) => void
  /** Switches to the branch of a message that is not in the current branch. */
  switchTo: (messageId: string) => void
}

/**
 * Opens a chat at the remembered scroll position, or at the message that the address names (`#m-…`), which receives the
 * focus. If it was opened from a search, its words are marked and the first one is scrolled into view. Remembers the
 * position when the user leaves.
 */
export function useScrollPlace({ chatId, box, pinned, unpin, reveal, switchTo }: ScrollPlaceOptions): void {
  const hash = useLocation({ select: (location) => location.hash })
  const named = /^m-([\w-]+)$/.exec(hash)?.[1]
  const hit = useFoundHit(named)
  const wanted = useRef<ReturnType<typeof rememberedPlace> & { words?: readonly string[] }>(undefined)
  const now = useRef(pinned)
  useLayoutEffect(() => {
    now.current = pinned
  })

  useLayoutEffect(() => {
    const element = box.current
    const place = named === undefined ? rememberedPlace(chatId) : { messageId: named, offset: -16 }
    if (place && element) {
      wanted.current = hit ? { ...place, words: hit.words } : place
      unpin()
      reveal(place.messageId)
    }
    return () => {
      if (element) rememberPlace(chatId, element, now.current)
      clearFound()
    }
  }, [chatId, named, hit, box, unpin, reveal])

  useEffect(() => {
    const place = wanted.current
    if (!place || !box.current) return
    if (!goToMessage(box.current, place)) {
      switchTo(place.messageId)
      return reveal(place.messageId)
    }
    wanted.current = undefined
    if (named !== place.messageId) return
    const article = document.getElementById(`m-${place.messageId}`)
    article?.focus({ preventScroll: true })
    if (article && place.words) showFound(box.current, article, place.words)
  })
}

/** Marks the searched words in a message, and scrolls to the first of them if the message is too long to show it. */
function showFound(box: HTMLElement, article: HTMLElement, words: readonly string[]): void {
  const mark = (): void => {
    const range = markFound(article, words)
    if (!range) return
    const { top, bottom } = range.getBoundingClientRect()
    const shown = box.getBoundingClientRect()
    if (top >= shown.top && bottom <= shown.bottom) return
    box.scrollTo({ top: box.scrollTop + top - shown.top - box.clientHeight / 3, behavior: 'instant' })
  }
  const folded = article.querySelectorAll<HTMLElement>('button[data-show-all][aria-expanded="false"]')
  for (const showAll of folded) showAll.click()
  if (folded.length > 0) requestAnimationFrame(mark)
  else mark()
}
