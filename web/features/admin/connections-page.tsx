import { useState } from 'react'
import type { ReactNode } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Trans, useLingui } from '@lingui/react/macro'
import type { ConnectionView } from '../../../protocol/http/connections.ts'
import { call } from '../../api/call.ts'
import { operationKey, operationQuery } from '../../api/operation-query.ts'
import { Button } from '../../ui/button.tsx'
import { Waiting } from '../../ui/waiting.tsx'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { Page, Rows } from '../pages/page.tsx'
import { ConnectionDialog } from './connection-dialog.tsx'
import { isBeingChecked } from './connection-state-text.tsx'
import { ConnectionRow } from './connection-row.tsx'

/** The connections to model providers, which administrators manage here. */
export function ConnectionsPage(): ReactNode {
  const { t } = useLingui()
  const queryClient = useQueryClient()
  const list = useQuery({
    ...operationQuery('listConnections'),
    staleTime: 0,
    refetchInterval: ({ state }) =>
      state.data?.items.some(({ state: known }) => known && isBeingChecked(known)) ? 1000 : 30_000,
  })
  const [editing, setEditing] = useState<ConnectionView | 'new' | null>(null)
  const refresh = (): void => {
    void queryClient.invalidateQueries({ queryKey: operationKey('listConnections') })
    void queryClient.invalidateQueries({ queryKey: operationKey('listModels') })
    void queryClient.invalidateQueries({ queryKey: operationKey('getAdministration') })
  }
  const change = useMutation({
    mutationFn: ({ id, ...body }: { id: string; enabled?: boolean; order?: number }) =>
      call('updateConnection', { params: { id }, body }),
    onSettled: refresh,
  })
  const items = list.data?.items ?? []
  const move = async (at: number, by: 1 | -1): Promise<void> => {
    const order = items.map((it) => it.id)
    const [id = ''] = order.splice(at, 1)
    order.splice(at + by, 0, id)
    for (const [index, each] of order.entries()) {
      if (items.find((it) => it.id === each)?.order !== index)
        await change.mutateAsync({ id: each, order: index })
    }
  }
  return (
    <Page
      isAdministration
      title={t`Connections`}
      intro={t`Everyone in this workspace can use these model providers. Their order sets which models are listed first.`}
    >
      <div className="flex flex-col gap-4">
        <div>
          <Button look="primary" icon="plus" onClick={() => setEditing('new')}>
            <Trans>Add a connection</Trans>
          </Button>
        </div>
        <ErrorNotice
          error={change.error ?? list.error}
          onRetry={list.error ? () => void list.refetch() : undefined}
        />
        {list.isPending && <Waiting label={t`Loading connections…`} />}
        {items.length > 0 && (
          <Rows>
            {items.map((connection, index) => (
              <ConnectionRow
                key={connection.id}
                connection={connection}
                first={index === 0}
                last={index === items.length - 1}
                onToggle={(enabled) => change.mutate({ id: connection.id, enabled })}
                // `change.error` is already shown above.
                onMove={(by) => void move(index, by).catch(() => undefined)}
                onEdit={() => setEditing(connection)}
                onRemoved={refresh}
                onTested={refresh}
              />
            ))}
          </Rows>
        )}
        {list.data && items.length === 0 && (
          <p className="text-muted">
            <Trans>No model providers yet. Add a connection to start.</Trans>
          </p>
        )}
      </div>
      {editing !== null && (
        <ConnectionDialog
          connection={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
          onSaved={() => {
            setEditing(null)
            refresh()
          }}
        />
      )}
    </Page>
  )
}
