import type { ReactNode } from 'react'
import { useQueryClient } from '@tanstack/react-query'
import { Trans, useLingui } from '@lingui/react/macro'
import { limits } from '../../../protocol/limits.ts'
import { call } from '../../api/call.ts'
import { NameField } from '../chat/name-field.tsx'
import { applyUserEvent } from '../chat/state/apply-user-event.ts'
import { useFolders } from '../chat/state/folder-list.ts'
import { setFolderOpen } from '../chat/state/open-folders.ts'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { FolderItem } from './folder-item.tsx'

/** The folders, and a field for a new one. Shows nothing if there are none. */
export function Folders({
  isCreating,
  onCreated,
  onOpen,
}: {
  /** Whether the field for a new folder is shown. */
  isCreating: boolean
  /** Called when the field closes, with or without a new folder. */
  onCreated: () => void
  onOpen: () => void
}): ReactNode {
  const { t } = useLingui()
  const queryClient = useQueryClient()
  const { names = [], error, refetch } = useFolders()
  const create = async (name: string): Promise<void> => {
    await call('createFolder', { body: { name } })
    setFolderOpen(name, true)
    applyUserEvent(queryClient, { name: 'folders.changed' })
  }
  if (!isCreating && names.length === 0 && !error) return null
  return (
    <section aria-label={t`Folders`}>
      <h2 className="px-2 pt-4 pb-1 text-small font-medium text-faint">
        <Trans>Folders</Trans>
      </h2>
      <ErrorNotice error={error} onRetry={refetch} />
      <ul>
        {isCreating && (
          <li className="flex px-0.5 py-px">
            <NameField
              label={t`Name of the new folder`}
              before=""
              maxLength={limits.name}
              field="name"
              save={create}
              onDone={onCreated}
            />
          </li>
        )}
        {names.map((name) => (
          <FolderItem key={name} name={name} onOpen={onOpen} />
        ))}
      </ul>
    </section>
  )
}
