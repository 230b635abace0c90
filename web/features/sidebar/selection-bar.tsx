import { useState } from 'react'
import type { ReactNode } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { plural } from '@lingui/core/macro'
import { Button, IconButton } from '../../ui/button.tsx'
import { createLazy, useLazyIf } from '../../ui/lazy.ts'
import type { ChatsChange } from '../chat/state/change-chats.ts'
import { selectChats, stopSelecting, useSelection } from '../chat/state/selected-chats.ts'
import { useChangeChats } from '../chat/use-change-chats.ts'
import { chatsAround } from './shown-chats.ts'

const lazyMoveDialog = createLazy(() => import('../chat/move-dialog.tsx'))

/** The bar above the list while several chats are selected: how many, and what can be done with them. */
export function SelectionBar({ archived }: { archived: boolean }): ReactNode {
  const { t } = useLingui()
  const queryClient = useQueryClient()
  const chats = [...useSelection().chats.values()]
  const change = useChangeChats()
  const [isMoving, setIsMoving] = useState(false)
  const moving = useLazyIf(isMoving ? lazyMoveDialog : undefined)
  const leave = (): void => stopSelecting({ returnsFocus: true })
  const act = useMutation({
    mutationFn: ({ body, text }: { body: ChatsChange; text: (count: number) => string }) =>
      change(chats, body, text),
    onSuccess(isComplete) {
      if (isComplete) leave()
    },
  })
  const disabled = chats.length === 0 || act.isPending
  const pins = !chats.every((chat) => chat.pinned)
  const actions = [
    {
      icon: 'pin',
      label: pins ? t`Pin` : t`Unpin`,
      body: { pinned: pins },
      text: (count: number) =>
        pins
          ? t`${plural(count, { one: '# chat pinned', other: '# chats pinned' })}`
          : t`${plural(count, { one: '# chat unpinned', other: '# chats unpinned' })}`,
    },
    {
      icon: 'archive',
      label: archived ? t`Unarchive` : t`Archive`,
      body: { archived: !archived },
      text: (count: number) =>
        archived
          ? t`${plural(count, { one: '# chat is back in the list', other: '# chats are back in the list' })}`
          : t`${plural(count, { one: '# chat archived', other: '# chats archived' })}`,
    },
    {
      icon: 'trash',
      label: t`Delete`,
      body: { deleted: true },
      text: (count: number) => t`${plural(count, { one: '# chat deleted', other: '# chats deleted' })}`,
    },
  ] as const
  const button = ({ icon, label, body, text }: (typeof actions)[number]): ReactNode => (
    <IconButton
      key={icon}
      icon={icon}
      label={label}
      disabled={disabled}
      onClick={() => act.mutate({ body, text })}
    />
  )
  return (
    <section aria-label={t`Selected chats`} className="flex shrink-0 flex-col gap-0.5 px-2 pb-1">
      <div className="flex items-center gap-1 pl-2">
        <output className="min-w-0 flex-1 text-small font-semibold">
          <Plural value={chats.length} one="# selected" other="# selected" />
        </output>
        <Button look="plain" onClick={(event) => selectChats(chatsAround(queryClient, event.currentTarget))}>
          <Trans>Select all shown</Trans>
        </Button>
        <IconButton icon="close" size="small" label={t`Stop selecting`} onClick={leave} />
      </div>
      <div className="flex items-center gap-1 pl-1">
        {actions.slice(0, 1).map(button)}
        <IconButton
          icon="folder"
          label={t`Move to folder`}
          disabled={disabled}
          onClick={() => setIsMoving(true)}
        />
        {actions.slice(1).map(button)}
      </div>
      {isMoving && moving && (
        <moving.MoveDialog chats={chats} onClose={() => setIsMoving(false)} onMoved={leave} />
      )}
    </section>
  )
}
