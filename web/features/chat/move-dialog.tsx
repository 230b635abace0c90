import { useState } from 'react'
import type { ReactNode } from 'react'
import { useMutation } from '@tanstack/react-query'
import { Plural, Trans, useLingui } from '@lingui/react/macro'
import { plural } from '@lingui/core/macro'
import type { ChatSummary } from '../../../protocol/http/chats.ts'
import { limits } from '../../../protocol/limits.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field } from '../../ui/field.tsx'
import { Icon } from '../../ui/icon.tsx'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { useFolders } from './state/folder-list.ts'
import { useChangeChats } from './use-change-chats.ts'

/** Asks for the folder that the chats are moved to, which may be a new one. */
export function MoveDialog({
  chats,
  onClose,
  onMoved,
}: {
  chats: readonly ChatSummary[]
  onClose: () => void
  onMoved?: () => void
}): ReactNode {
  const { t } = useLingui()
  const { names, error, refetch } = useFolders()
  const change = useChangeChats()
  const [name, setName] = useState('')
  const move = useMutation({
    mutationFn: (folder: string | null) =>
      change(chats, { folder }, (count) =>
        folder === null
          ? t`${plural(count, { one: '# chat removed from its folder', other: '# chats removed from their folders' })}`
          : t`${plural(count, { one: `# chat moved to “${folder}”`, other: `# chats moved to “${folder}”` })}`,
      ),
    onSuccess(isComplete) {
      onClose()
      if (isComplete) onMoved?.()
    },
  })
  /** The folder of all the chats; undefined if they are in different folders. */
  const current = chats.every((chat) => chat.folder === chats[0]?.folder) ? chats[0]?.folder : undefined
  return (
    <Dialog title={t`Move to folder`} closeLabel={t`Close`} onClose={onClose}>
      <p className="truncate text-muted">
        {chats.length === 1 ? (
          <bdi>{chats[0]?.title}</bdi>
        ) : (
          <Plural value={chats.length} one="# chat" other="# chats" />
        )}
      </p>
      <ErrorNotice error={error} onRetry={refetch} />
      <ul className="-mx-2 max-h-[40dvh] overflow-y-auto">
        {[null, ...(names ?? [])].map((folder) => (
          <li key={folder ?? ''}>
            <button
              type="button"
              aria-current={current === folder || undefined}
              disabled={move.isPending}
              onClick={() => (current === folder ? onClose() : move.mutate(folder))}
              className="flex min-h-9 w-full items-center gap-2.5 rounded-medium px-2 py-1.5 text-left hover:bg-hover touch:min-h-11"
            >
              {folder !== null && <Icon name="folder" size={18} />}
              <span className="min-w-0 flex-1 [overflow-wrap:anywhere]">
                {folder === null ? <Trans>No folder</Trans> : <bdi>{folder}</bdi>}
              </span>
              {current === folder && <Icon name="check" size={16} />}
            </button>
          </li>
        ))}
      </ul>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim() !== '' && !move.isPending) move.mutate(name.trim())
        }}
      >
        <Field
          label={t`New folder`}
          value={name}
          maxLength={limits.name}
          onChange={(event) => setName(event.target.value)}
        />
        <div className="flex justify-end">
          <Button type="submit" look="primary" busy={move.isPending} disabled={name.trim() === ''}>
            <Trans>Create and move</Trans>
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
