import { useRef, useState, useEffect } from 'react'
import type { ReactNode, RefObject } from 'react'
import { useLingui } from '@lingui/react/macro'
import type { MessageView } from '../../../../protocol/http/chats.ts'
import { IconButton } from '../../../ui/button.tsx'
import { useLongPress } from '../../../ui/use-long-press.ts'
import { MessageActions } from './message-actions.tsx'
import type { MessageHandlers } from './message-actions.tsx'
import { MessageFacts } from './message-facts.tsx'
import { MessageSheet } from './message-sheet.tsx'

/**
 * The actions of a message on a touch device: a sheet that a long press on the message opens, and for keyboards and
 * screen readers a button that is visible while focused. Only the version switch is always visible, and below the last
 * answer all actions are.
 */
export function TouchActions({
  message,
  name,
  time,
  bar,
  handlers,
  branches,
}: {
  message: MessageView
  name: string
  time: string
  /** Whether the line of action icons is shown below the message. */
  bar: boolean
  handlers: MessageHandlers
  branches: ReactNode
}): ReactNode {
  const { t } = useLingui()
  const [open, setOpen] = useState(false)
  const article = useRef<HTMLElement | null>(null)
  const { selecting, select } = useTextSelection(article)
  useLongPress(article, selecting ? undefined : () => setOpen(true))
  return (
    <div
      ref={(element) => {
        article.current = element?.closest('article') ?? null
      }}
      data-press={selecting ? undefined : ''}
    >
      {bar ? (
        <MessageActions message={message} always handlers={handlers}>
          {branches}
          <MessageFacts message={message} time={time} />
        </MessageActions>
      ) : (
        branches && <div className="text-small text-faint">{branches}</div>
      )}
      <div className="sr-only focus-within:not-sr-only">
        <IconButton
          icon="more"
          label={t`Message actions`}
          aria-haspopup="dialog"
          onClick={() => setOpen(true)}
        />
      </div>
      {open && (
        <MessageSheet
          message={message}
          name={name}
          time={time}
          handlers={handlers}
          onSelectText={select}
          onClose={() => setOpen(false)}
        />
      )}
    </div>
  )
}

/**
 * Lets the user select text of a message on a touch device, where a long press opens the sheet instead. `select`
 * selects the whole message, and the user moves the ends. It ends when nothing of the message is selected any more.
 */
function useTextSelection(message: RefObject<HTMLElement | null>): {
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
