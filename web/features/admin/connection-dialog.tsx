import type { ReactNode } from 'react'
import { useLingui } from '@lingui/react/macro'
import type { ConnectionView } from '../../../protocol/http/connections.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { ConnectionForm } from './connection-form.tsx'

export function ConnectionDialog({
  connection,
  onClose,
  onSaved,
}: {
  connection: ConnectionView | null
  onClose: () => void
  onSaved: () => void
}): ReactNode {
  const { t } = useLingui()
  return (
    <Dialog
      title={connection ? t`Edit ${connection.name}` : t`Add a connection`}
      closeLabel={t`Close`}
      onClose={onClose}
    >
      <ConnectionForm
        connection={connection}
        onSaved={onSaved}
        onCancel={onClose}
        saveLabel={connection ? t`Save` : t`Add`}
      />
    </Dialog>
  )
}
