import type { ReactNode } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Trans, useLingui } from '@lingui/react/macro'
import { ApiError } from '../../api/api-error.ts'
import { call } from '../../api/call.ts'
import { IconButton } from '../../ui/button.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { showToast } from '../../ui/toasts.tsx'
import { applyUserEvent } from '../chat/state/apply-user-event.ts'
import { changeChats } from '../chat/state/change-chats.ts'
import { isFolderOpen, setFolderOpen } from '../chat/state/open-folders.ts'
import { errorText } from '../errors/error-text.ts'

/** The menu of a folder: rename and delete. A deleted folder can be restored with its chats. */
export function FolderMenu({ name, onRename }: { name: string; onRename: () => void }): ReactNode {
  const { t } = useLingui()
  const queryClient = useQueryClient()
  const onError = (error: unknown): void => showToast(errorText(error))
  const restore = useMutation({
    async mutationFn({ chatIds, wasOpen }: { chatIds: readonly string[]; wasOpen: boolean }) {
      await createUnlessExists(name)
      setFolderOpen(name, wasOpen)
      applyUserEvent(queryClient, { name: 'folders.changed' })
      await changeChats(queryClient, chatIds, { folder: name })
    },
    onError,
  })
  const remove = useMutation({
    async mutationFn() {
      // Read before the server’s event collapses the folder.
      const wasOpen = isFolderOpen(name)
      return { ...(await call('deleteFolder', { body: { name } })), wasOpen }
    },
    onSuccess({ chatIds, wasOpen }) {
      applyUserEvent(queryClient, { name: 'folders.changed', moved: { from: name, to: null } })
      showToast(t`Folder deleted. Its chats were kept.`, {
        label: t`Undo`,
        run: () => restore.mutate({ chatIds, wasOpen }),
      })
    },
    onError,
  })
  return (
    <Menu
      label={t`Folder`}
      renderTrigger={(props) => (
        <IconButton {...props} icon="more" size="small" label={t`Options for the folder ${name}`} />
      )}
    >
      <MenuItem icon="edit" onSelect={onRename}>
        <Trans>Rename</Trans>
      </MenuItem>
      <MenuItem icon="trash" danger onSelect={() => remove.mutate()}>
        <Trans>Delete folder</Trans>
      </MenuItem>
    </Menu>
  )
}

async function createUnlessExists(name: string): Promise<void> {
  try {
    await call('createFolder', { body: { name } })
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 'folder_exists')) throw error
  }
}
