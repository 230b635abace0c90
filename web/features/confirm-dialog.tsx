import type { ReactNode } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { ErrorNotice } from './errors/error-notice.tsx'

/** Asks before something grave, naming the thing and what happens then. */
export function ConfirmDialog({
  title,
  confirm,
  busy,
  error,
  onConfirm,
  onClose,
  children,
}: {
  title: string
  /** The verb on the button. */
  confirm: string
  busy: boolean
  error: unknown
  onConfirm: () => void
  onClose: () => void
  /** What happens then. */
  children: ReactNode
}): ReactNode {
  const { t } = useLingui()
  return (
    <Dialog role="alertdialog" title={title} closeLabel={t`Close`} onClose={onClose}>
      <p className="text-muted">{children}</p>
      <ErrorNotice error={error} />
      <div className="flex justify-end gap-2">
        <Button look="plain" onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button look="danger" busy={busy} onClick={onConfirm}>
          {confirm}
        </Button>
      </div>
    </Dialog>
  )
}
