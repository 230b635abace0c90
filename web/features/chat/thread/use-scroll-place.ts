import { useEffect, useLayoutEffect, useRef } from 'react'
import type { RefObject } from 'react'
import { useLocation } from '@tanstack/react-router'
import { goToMessage, placeIn, rememberPlace } from './scroll-places.ts'

interface Given {
  chatId: string
  box: RefObject<HTMLElement | null>
  pinned: boolean
  unpin: () => void
  /** Puts an old message of the branch on the page. */
  reveal: (messageId: string) => void
  /** Shows the branch of a message that belongs to another one. */
  switchTo: (messageId: string) => void
}

/**
 * Opens a chat where its reader left it, or at the message that the address names (`#m-…`), which is marked by the
 * focus; and remembers where they are when they leave.
 */
export function useScrollPlace({ chatId, box, pinned, unpin, reveal, switchTo }: Given): void {
  const hash = useLocation({ select: (location) => location.hash })
  const wanted = useRef<ReturnType<typeof placeIn>>(undefined)
  const now = useRef(pinned)
  useLayoutEffect(() => {
    now.current = pinned
  })

  useLayoutEffect(() => {
    const element = box.current
    const named = /^m-([\w-]+)$/.exec(hash)?.[1]
    const place = named === undefined ? placeIn(chatId) : { messageId: named, offset: -16 }
    if (place && element) {
      wanted.current = place
      unpin()
      reveal(place.messageId)
    }
    return () => {
      if (element) rememberPlace(chatId, element, now.current)
    }
  }, [chatId, hash, box, unpin, reveal])

  useEffect(() => {
    const place = wanted.current
    if (!place || !box.current) return
    if (!goToMessage(box.current, place)) {
      switchTo(place.messageId)
      return reveal(place.messageId)
    }
    wanted.current = undefined
    if (hash === `m-${place.messageId}`) {
      document.getElementById(`m-${place.messageId}`)?.focus({ preventScroll: true })
    }
  })
}
