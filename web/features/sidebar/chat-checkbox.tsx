import type { KeyboardEvent, ReactNode } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import type { ChatSummary } from '../../../protocol/http/chats.ts'
import { classNames } from '../../ui/class-names.ts'
import { Icon } from '../../ui/icon.tsx'
import {
  selectChats,
  selectionAnchor,
  stopSelecting,
  toggleSelected,
  useIsSelected,
} from '../chat/state/selected-chats.ts'
import { ChatTitle } from './chat-title.tsx'
import { moveBetweenLinks } from './move-between-links.ts'
import { chatsAround, chatsBetween } from './shown-chats.ts'

/**
 * A chat in the list while several chats are selected. Shift and a click, or Shift and an arrow key, select a range;
 * Ctrl-A selects all chats that are shown; Escape ends the selection.
 */
export function ChatCheckbox({
  chat,
  filter,
  showsFolder,
}: {
  chat: ChatSummary
  filter: string
  showsFolder: boolean
}): ReactNode {
  const queryClient = useQueryClient()
  const isSelected = useIsSelected(chat.id)
  const selectTo = (element: Element, id: string): void =>
    selectChats(chatsBetween(chatsAround(queryClient, element), selectionAnchor(), id), id)
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.key === 'Escape') {
      // Without this, Escape would also close the sheet around the list.
      event.preventDefault()
      stopSelecting()
    } else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      selectChats(chatsAround(queryClient, event.currentTarget))
    } else {
      moveBetweenLinks(event)
      const reached = document.activeElement
      if (!event.shiftKey || !(reached instanceof HTMLElement) || reached === event.currentTarget) return
      const { chat: id } = reached.dataset
      if (id !== undefined) selectTo(reached, id)
    }
  }
  return (
    <li className="group/item">
      <button
        type="button"
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- an input does not report Shift for a press on its label
        role="checkbox"
        aria-checked={isSelected}
        data-row=""
        data-chat={chat.id}
        onClick={(event) => {
          if (event.shiftKey) selectTo(event.currentTarget, chat.id)
          else toggleSelected(chat)
        }}
        onKeyDown={onKeyDown}
        className={classNames(
          'flex min-h-9 w-full items-center gap-2 rounded-medium px-2 py-1.5 text-left text-text select-none hover:bg-hover touch:min-h-11',
          isSelected && 'bg-accent-soft',
        )}
      >
        <span
          aria-hidden="true"
          className={classNames(
            'flex size-4.5 shrink-0 items-center justify-center rounded-small border',
            isSelected ? 'border-accent bg-accent text-on-accent' : 'border-border-strong bg-raised',
          )}
        >
          {isSelected && <Icon name="check" size={14} />}
        </span>
        <ChatTitle chat={chat} filter={filter} showsFolder={showsFolder} />
      </button>
    </li>
  )
}
