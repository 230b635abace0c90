import type { ReactNode } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import { IconButton } from '../../ui/button.tsx'

/** The bar above the list: which chats the list shows, and what can be done with the list. */
export function ListBar({
  archived,
  onArchived,
  onNewFolder,
}: {
  archived: boolean
  onArchived: (archived: boolean) => void
  onNewFolder: () => void
}): ReactNode {
  const { t } = useLingui()
  return (
    <div className="flex shrink-0 items-center gap-0.5 pr-2 pl-4">
      {archived ? (
        <h2 className="min-w-0 flex-1 truncate text-ui font-semibold">
          <Trans>Archived chats</Trans>
        </h2>
      ) : (
        <span className="min-w-0 flex-1 truncate text-small font-semibold text-muted">
          <Trans>Chats</Trans>
        </span>
      )}
      {!archived && (
        <IconButton icon="folder-plus" size="small" label={t`New folder`} onClick={onNewFolder} />
      )}
      <IconButton
        icon={archived ? 'left' : 'archive'}
        size="small"
        label={archived ? t`Back to all chats` : t`Archived chats`}
        onClick={() => onArchived(!archived)}
      />
    </div>
  )
}
