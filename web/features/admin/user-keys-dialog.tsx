import type { ReactNode } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Trans, useLingui } from '@lingui/react/macro'
import type { UserView } from '../../../protocol/http/users.ts'
import { call } from '../../api/call.ts'
import { operationQuery } from '../../api/operation-query.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Waiting } from '../../ui/waiting.tsx'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { Rows } from '../pages/page.tsx'
import { useWhen } from '../use-when.ts'

/** The API keys of another account: an administrator sees and revokes them. */
export function UserKeysDialog({ user, onClose }: { user: UserView; onClose: () => void }): ReactNode {
  const { t } = useLingui()
  const when = useWhen()
  const queryClient = useQueryClient()
  const query = operationQuery('listUserApiKeys', { params: { id: user.id } })
  const keys = useQuery({ ...query, staleTime: 0 })
  const revoke = useMutation({
    mutationFn: (id: string) => call('revokeApiKey', { params: { id } }),
    onSuccess: () => queryClient.invalidateQueries(query),
  })
  return (
    <Dialog title={t`API keys of ${user.name}`} closeLabel={t`Close`} onClose={onClose}>
      <ErrorNotice error={keys.error ?? revoke.error} />
      {keys.isPending && <Waiting label={t`Loading…`} />}
      {keys.data && keys.data.items.length === 0 && (
        <p className="text-muted">
          <Trans>This account has no API keys.</Trans>
        </p>
      )}
      {keys.data && keys.data.items.length > 0 && (
        <>
          <p className="text-muted">
            <Trans>Programs that use a revoked key are refused at once. This cannot be undone.</Trans>
          </p>
          <Rows>
            {keys.data.items.map((key) => (
              <li key={key.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-3">
                <div className="min-w-0 flex-1 basis-40 [overflow-wrap:anywhere]">
                  <p className="font-medium">
                    <bdi>{key.name}</bdi>
                  </p>
                  <p className="text-small text-muted">
                    <span className="font-mono">{key.hint}</span>
                    {' · '}
                    {key.lastUsedAt === null ? (
                      <Trans>never used</Trans>
                    ) : (
                      <Trans>last used {when(key.lastUsedAt)}</Trans>
                    )}
                  </p>
                </div>
                <Button
                  look="danger"
                  aria-label={t`Revoke ${key.name}`}
                  busy={revoke.isPending && revoke.variables === key.id}
                  onClick={() => revoke.mutate(key.id)}
                >
                  <Trans>Revoke</Trans>
                </Button>
              </li>
            ))}
          </Rows>
        </>
      )}
    </Dialog>
  )
}
