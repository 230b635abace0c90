import { useState } from 'react'
import type { ReactNode } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Trans, useLingui } from '@lingui/react/macro'
import type { UserView } from '../../../protocol/http/users.ts'
import { call } from '../../api/call.ts'
import { operationQuery } from '../../api/operation-query.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Waiting } from '../../ui/waiting.tsx'
import { ApiKeyRows } from '../accounts/api-key-rows.tsx'
import { ConfirmDialog } from '../confirm-dialog.tsx'
import { ErrorNotice } from '../errors/error-notice.tsx'

/** Lets an administrator see and revoke the API keys of another account. */
export function UserKeysDialog({ user, onClose }: { user: UserView; onClose: () => void }): ReactNode {
  const { t } = useLingui()
  const queryClient = useQueryClient()
  const query = operationQuery('listUserApiKeys', { params: { id: user.id } })
  const keys = useQuery({ ...query, staleTime: 0 })
  const revoke = useMutation({
    mutationFn: (id: string) => call('revokeApiKey', { params: { id } }),
    onSuccess: () => {
      setRevoking(null)
      return queryClient.invalidateQueries(query)
    },
  })
  const [revoking, setRevoking] = useState<{ id: string; name: string } | null>(null)
  return (
    <Dialog title={t`API keys of ${user.name}`} closeLabel={t`Close`} onClose={onClose}>
      <ErrorNotice error={keys.error} />
      {keys.isPending && <Waiting label={t`Loading…`} />}
      {keys.data && keys.data.items.length === 0 && (
        <p className="text-muted">
          <Trans>This account has no API keys.</Trans>
        </p>
      )}
      {keys.data && keys.data.items.length > 0 && (
        <ApiKeyRows
          keys={keys.data.items}
          renderAction={(key) => (
            <Button look="danger" aria-label={t`Revoke ${key.name}`} onClick={() => setRevoking(key)}>
              <Trans>Revoke</Trans>
            </Button>
          )}
        />
      )}
      {revoking && (
        <ConfirmDialog
          title={t`Revoke ${revoking.name} of ${user.name}?`}
          confirm={t`Revoke`}
          busy={revoke.isPending}
          error={revoke.error}
          onConfirm={() => revoke.mutate(revoking.id)}
          onClose={() => {
            setRevoking(null)
            revoke.reset()
          }}
        >
          <Trans>Programs that use this key stop working immediately. You can’t undo this.</Trans>
        </ConfirmDialog>
      )}
    </Dialog>
  )
}
