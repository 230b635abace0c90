import type { ReactNode } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import type { ChatSummary } from '../../../protocol/http/chats.ts'
import { classNames } from '../../ui/class-names.ts'
import { Icon } from '../../ui/icon.tsx'
import { Marked } from './marked.tsx'

/** The content of a chat's row: its title, its folder, and whether it has an answer that is new or being written. */
export function ChatTitle({
  chat,
  filter,
  showsFolder,
}: {
  chat: ChatSummary
  filter: string
  showsFolder: boolean
}): ReactNode {
  const { t } = useLingui()
  const mark = chat.running ? t`An answer is being written` : chat.unread ? t`New answer` : null
  return (
    <>
      <bdi className="min-w-0 flex-1 truncate">
        {filter === '' ? chat.title : <Marked text={chat.title} words={[filter]} />}
      </bdi>
      {showsFolder && chat.folder !== null && (
        <span className="flex max-w-24 min-w-0 items-center gap-1 text-small text-faint">
          <Icon name="folder" size={14} />
          <span className="sr-only">
            <Trans>In the folder</Trans>
          </span>{' '}
          <bdi className="truncate">{chat.folder}</bdi>
        </span>
      )}
      {mark && (
        <span
          title={mark}
          data-dot={chat.running ? 'ring' : 'full'}
          className={classNames(
            'mr-1 size-2 shrink-0 rounded-full not-touch:group-focus-within/item:sr-only not-touch:group-hover/item:sr-only',
            chat.running ? 'border-2 border-accent' : 'bg-accent',
          )}
        >
          <span className="sr-only">{mark}</span>
        </span>
      )}
    </>
  )
}
