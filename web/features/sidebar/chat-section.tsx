import type { ReactNode } from 'react'
import type { ChatSummary } from '../../../protocol/http/chats.ts'
import { ChatItem } from './chat-item.tsx'

/** Chats below a heading. */
export function ChatSection({
  name,
  chats,
  filter = '',
  showsFolders = false,
  onOpen,
}: {
  name: string
  chats: readonly ChatSummary[]
  /** The search text to mark in the titles. */
  filter?: string
  /** Whether each chat shows the name of its folder. */
  showsFolders?: boolean
  onOpen: () => void
}): ReactNode {
  return (
    <section aria-label={name}>
      <h2 className="px-2 pt-4 pb-1 text-small font-medium text-faint">{name}</h2>
      <ul>
        {chats.map((chat) => (
          <ChatItem key={chat.id} chat={chat} filter={filter} showsFolder={showsFolders} onOpen={onOpen} />
        ))}
      </ul>
    </section>
  )
}
