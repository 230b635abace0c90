import { useState } from 'react'
import type { ReactNode } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useLocation, useNavigate } from '@tanstack/react-router'
import { Trans, useLingui } from '@lingui/react/macro'
import type { ChatSummary } from '../../../protocol/http/chats.ts'
import { call } from '../../api/call.ts'
import { IconButton } from '../../ui/button.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { showToast } from '../../ui/toasts.tsx'
import { errorText } from '../errors/error-text.ts'
import { SaveItems } from './export/save-items.tsx'
import { createLazy, useLazyIf } from '../../ui/lazy.ts'
import { applyUserEvent, removeChats } from './state/apply-user-event.ts'

/** Loaded when the user first moves a chat. */
const lazyMoveDialog = createLazy(() => import('./move-dialog.tsx'))

/** The menu of a chat: rename, pin, move to a folder, archive, save, delete. */
export function ChatMenu({
  chat,
  small = false,
  onRename,
  onSelect,
}: {
  chat: ChatSummary
  small?: boolean
  /** Replaces the title by a field for a new one. */
  onRename: () => void
  /** Begins a selection of several chats; undefined where there is no list. */
  onSelect?: () => void
}): ReactNode {
  const { t } = useLingui()
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const [isMoving, setIsMoving] = useState(false)
  const moving = useLazyIf(isMoving ? lazyMoveDialog : undefined)
  const here = useLocation({ select: (location) => location.pathname === `/c/${chat.id}` })
  const changed = (summary: ChatSummary): void =>
    applyUserEvent(queryClient, { name: 'chat.changed', chat: summary })
  const failed = (error: unknown): void => showToast(errorText(error))

  const pin = useMutation({
    mutationFn: (pinned: boolean) => call('updateChat', { params: { id: chat.id }, body: { pinned } }),
    onSuccess(summary, pinned) {
      changed(summary)
      const undo = { label: t`Undo`, run: () => pin.mutate(!pinned) }
      showToast(pinned ? t`Chat pinned` : t`Chat unpinned`, undo)
    },
    onError: failed,
  })
  const archive = useMutation({
    mutationFn: (archived: boolean) => call('updateChat', { params: { id: chat.id }, body: { archived } }),
    onSuccess(summary) {
      changed(summary)
      if (summary.archived) showToast(t`Chat archived`, { label: t`Undo`, run: () => archive.mutate(false) })
    },
    onError: failed,
  })
  const restore = useMutation({
    mutationFn: () => call('restoreChat', { params: { id: chat.id } }),
    onSuccess: changed,
    onError: failed,
  })
  const remove = useMutation({
    mutationFn: () => call('deleteChat', { params: { id: chat.id } }),
    onSuccess: () => {
      removeChats(queryClient, [chat.id])
      if (here) void navigate({ to: '/' })
      showToast(t`Chat deleted`, { label: t`Undo`, run: () => restore.mutate() })
    },
    onError: failed,
  })

  return (
    <>
      <Menu
        label={t`Chat`}
        renderTrigger={(props) => (
          <IconButton
            {...props}
            icon="more"
            size={small ? 'small' : 'medium'}
            label={t`Options for ${chat.title}`}
          />
        )}
      >
        <MenuItem icon="edit" onSelect={onRename}>
          <Trans>Rename</Trans>
        </MenuItem>
        <MenuItem icon="pin" onSelect={() => pin.mutate(!chat.pinned)}>
          {chat.pinned ? <Trans>Unpin</Trans> : <Trans>Pin</Trans>}
        </MenuItem>
        <MenuItem icon="folder" onSelect={() => setIsMoving(true)}>
          <Trans>Move to folder</Trans>
        </MenuItem>
        {onSelect && (
          <MenuItem icon="checkbox" onSelect={onSelect}>
            <Trans>Select</Trans>
          </MenuItem>
        )}
        <MenuItem icon="archive" onSelect={() => archive.mutate(!chat.archived)}>
          {chat.archived ? <Trans>Unarchive</Trans> : <Trans>Archive</Trans>}
        </MenuItem>
        <SaveItems chat={chat} open={here} />
        <MenuItem icon="trash" danger onSelect={() => remove.mutate()}>
          <Trans>Delete</Trans>
        </MenuItem>
      </Menu>
      {isMoving && moving && <moving.MoveDialog chats={[chat]} onClose={() => setIsMoving(false)} />}
    </>
  )
}
