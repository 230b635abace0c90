import { useEffect, useState } from 'react'
import type { RefObject } from 'react'

/**
 * Selecting a message's text where a long press does something else: `select` marks all of it, and the person moves the
 * ends; once nothing of it is marked any more, it is over.
 */
export function useTextSelection(message: RefObject<HTMLElement | null>): {
  selecting: boolean
  select: () => void
} {
  const [selecting, setSelecting] = useState(false)
  useEffect(() => {
    const words = message.current?.querySelector('[data-words]')
    if (!selecting || !words) return undefined
    const selection = getSelection()
    selection?.selectAllChildren(words)
    const changed = (): void => {
      const now = getSelection()
      if (now === null || now.isCollapsed || !now.containsNode(words, true)) setSelecting(false)
    }
    document.addEventListener('selectionchange', changed)
    return () => document.removeEventListener('selectionchange', changed)
  }, [selecting, message])
  return { selecting, select: () => setSelecting(true) }
}
