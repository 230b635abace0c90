import { useEffect, useLayoutEffect, useRef } from 'react'
import type { RefObject } from 'react'
import { useLocation } from '@tanstack/react-router'
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
 * focus. Remembers the position when the user leaves.
 */
export function useScrollPlace({ chatId, box, pinned, unpin, reveal, switchTo }: ScrollPlaceOptions): void {
  const hash = useLocation({ select: (location) => location.hash })
  const wanted = useRef<ReturnType<typeof rememberedPlace>>(undefined)
  const now = useRef(pinned)
  useLayoutEffect(() => {
    now.current = pinned
  })

  useLayoutEffect(() => {
    const element = box.current
    const named = /^m-([\w-]+)$/.exec(hash)?.[1]
    const place = named === undefined ? rememberedPlace(chatId) : { messageId: named, offset: -16 }
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
