import type { ReactNode } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { ErrorNotice } from './errors/error-notice.tsx'

/** Asks for confirmation of an action with consequences. The title names the object, and `children` states the consequences. */
export function ConfirmDialog({
  title,
  confirm,
  look = 'danger',
  busy,
  error,
  onConfirm,
  onClose,
  children,
}: {
  title: string
  /** The label of the confirming button, a verb. */
  confirm: string
  /** `primary` if nothing is lost. */
  look?: 'danger' | 'primary'
  busy: boolean
  error: unknown
  onConfirm: () => void
  onClose: () => void
  /** The consequences of confirming. */
  children: ReactNode
}): ReactNode {
  const { t } = useLingui()
  return (
    <Dialog role="alertdialog" title={title} closeLabel={t`Close`} onClose={onClose}>
      <p className="text-muted">{children}</p>
      <ErrorNotice error={error} />
      <div className="flex justify-end gap-2">
        <Button look="plain" data-first-focus="" onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button look={look} busy={busy} onClick={onConfirm}>
          {confirm}
        </Button>
      </div>
    </Dialog>
  )
}
