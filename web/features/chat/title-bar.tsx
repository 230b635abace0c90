import { useState } from 'react'
import type { ReactNode } from 'react'
import { useLingui } from '@lingui/react/macro'
import type { ChatView } from '../../../protocol/http/chats.ts'
import { IconButton } from '../../ui/button.tsx'
import { classNames } from '../../ui/class-names.ts'
import { ChatMenu } from './chat-menu.tsx'
import { ModelPicker } from './model-picker.tsx'
import { RenameField } from './rename-field.tsx'
import { useSidebar } from '../sidebar/sidebar-state.ts'
import { useNewChat } from '../sidebar/use-new-chat.ts'

/** The bar above a chat: its title, its menu and the model picker. 48 px high on a phone. */
export function TitleBar({
  chat,
  model,
  onChooseModel,
  onLeaveModels,
}: {
  chat: ChatView | undefined
  model: string | null
  onChooseModel: (model: string) => void
  /** Called when the list of models, opened by a mouse or finger, is closed without a choice. */
  onLeaveModels: () => void
}): ReactNode {
  const { t } = useLingui()
  const sidebar = useSidebar()
  const newChat = useNewChat()
  /** The id of the chat whose title is being changed. */
  const [renaming, setRenaming] = useState<string>()
  const isRenaming = chat !== undefined && renaming === chat.id
  const rename = (): void => setRenaming(chat?.id)
  return (
    <header className="relative z-10 flex h-13 shrink-0 items-center gap-1 bg-page px-2 max-md:h-12 max-md:border-b max-md:border-border md:after:pointer-events-none md:after:absolute md:after:inset-x-0 md:after:top-full md:after:h-5 md:after:bg-linear-to-b md:after:from-page md:after:to-transparent">
      {!sidebar.open && <IconButton icon="sidebar" label={t`Show chats`} onClick={sidebar.toggle} />}
      <span className="md:hidden">
        <IconButton icon="sidebar" label={t`Chats`} onClick={sidebar.showSheet} />
      </span>
      <div className="flex min-w-0 flex-1 items-center gap-1 max-md:flex-col max-md:items-start max-md:gap-0 max-md:px-1 md:pl-2">
        {isRenaming && <RenameField chat={chat} onDone={() => setRenaming(undefined)} />}
        {chat && !isRenaming && (
          <h1 className="min-w-0 truncate font-semibold max-md:max-w-full max-md:text-ui md:text-[0.9375rem]">
            <bdi>{chat.title}</bdi>
          </h1>
        )}
        <span
          className={classNames(
            'min-w-0 max-md:max-w-full md:ml-auto md:order-2',
            isRenaming && 'max-md:hidden',
          )}
        >
          <ModelPicker model={model} onChoose={onChooseModel} onLeave={onLeaveModels} />
        </span>
        {chat && (
          <span className="max-md:hidden">
            <ChatMenu chat={chat} onRename={rename} />
          </span>
        )}
      </div>
      {chat && (
        <span className="md:hidden">
          <ChatMenu chat={chat} onRename={rename} />
        </span>
      )}
      <span className="md:hidden">
        <IconButton icon="plus" label={t`New chat`} onClick={newChat} />
      </span>
    </header>
  )
}
