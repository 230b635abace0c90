import { useState } from 'react'
import type { ReactNode, SubmitEvent } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useLocation, useNavigate } from '@tanstack/react-router'
import { Trans, useLingui } from '@lingui/react/macro'
import type { ChatSummary } from '../../../protocol/http/chats.ts'
import { call } from '../../api/call.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { showToast } from '../../ui/toasts.tsx'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { errorText, fieldError } from '../errors/error-text.ts'
import { withoutChat } from './state/chat-cache.ts'
import { patchLists, applyUserEvent } from './state/apply-user-event.ts'

/** The menu of a chat: rename, pin, archive, delete. */
export function ChatMenu({ chat, small = false }: { chat: ChatSummary; small?: boolean }): ReactNode {
  const { t } = useLingui()
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const here = useLocation({ select: (location) => location.pathname === `/c/${chat.id}` })
  const [renaming, setRenaming] = useState(false)
  const changed = (summary: ChatSummary): void =>
    applyUserEvent(queryClient, { name: 'chat.changed', chat: summary })
  const failed = (error: unknown): void => showToast(errorText(error))

  const pin = useMutation({
    mutationFn: () => call('updateChat', { params: { id: chat.id }, body: { pinned: !chat.pinned } }),
    onSuccess: changed,
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
      patchLists(queryClient, (list) => withoutChat(list, chat.id))
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
        <MenuItem icon="edit" onSelect={() => setRenaming(true)}>
          <Trans>Rename</Trans>
        </MenuItem>
        <MenuItem icon="pin" onSelect={() => pin.mutate()}>
          {chat.pinned ? <Trans>Unpin</Trans> : <Trans>Pin</Trans>}
        </MenuItem>
        <MenuItem icon="archive" onSelect={() => archive.mutate(!chat.archived)}>
          {chat.archived ? <Trans>Unarchive</Trans> : <Trans>Archive</Trans>}
        </MenuItem>
        <MenuItem icon="trash" danger onSelect={() => remove.mutate()}>
          <Trans>Delete</Trans>
        </MenuItem>
      </Menu>
      {renaming && <RenameDialog chat={chat} onChanged={changed} onClose={() => setRenaming(false)} />}
    </>
  )
}

function RenameDialog({
  chat,
  onChanged,
  onClose,
}: {
  chat: ChatSummary
  onChanged: (chat: ChatSummary) => void
  onClose: () => void
}): ReactNode {
  const { t } = useLingui()
  const [title, setTitle] = useState(chat.title)
  const rename = useMutation({
    mutationFn: () => call('updateChat', { params: { id: chat.id }, body: { title } }),
    onSuccess: (summary) => {
      onChanged(summary)
      onClose()
    },
  })
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    rename.mutate()
  }
  const inField = fieldError(rename.error, 'title')
  return (
    <Dialog title={t`Rename chat`} closeLabel={t`Close`} onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field
          label={t`Title`}
          value={title}
          maxLength={200}
          required
          error={inField}
          onChange={(event) => setTitle(event.target.value)}
        />
        {inField === undefined && <ErrorNotice error={rename.error} />}
        <div className="flex justify-end gap-2">
          <Button look="plain" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button look="primary" type="submit" busy={rename.isPending}>
            <Trans>Rename</Trans>
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
