import { useEffect, useRef } from 'react'
import type { ReactNode } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import { IconButton } from '../../ui/button.tsx'
import { selectChats, useSelection } from '../chat/state/selected-chats.ts'

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
  const { returnsFocus } = useSelection()
  const bar = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // The button of the selection's bar had the focus and is gone.
    if (returnsFocus && document.activeElement === document.body) {
      bar.current?.querySelector<HTMLElement>('[data-select]')?.focus()
    }
  }, [returnsFocus])
  return (
    <div ref={bar} className="flex shrink-0 items-center gap-0.5 pr-2 pl-4">
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
        data-select=""
        icon="checkbox"
        size="small"
        label={t`Select chats`}
        onClick={() => selectChats([])}
      />
      <IconButton
        icon={archived ? 'left' : 'archive'}
        size="small"
        label={archived ? t`Back to all chats` : t`Archived chats`}
        onClick={() => onArchived(!archived)}
      />
    </div>
  )
}
