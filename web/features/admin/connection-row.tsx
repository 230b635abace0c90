import { useState } from 'react'
import type { ReactNode } from 'react'
import { useMutation } from '@tanstack/react-query'
import { Trans, useLingui } from '@lingui/react/macro'
import type { ConnectionView } from '../../../protocol/http/connections.ts'
import { call } from '../../api/call.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { Switch } from '../../ui/switch.tsx'
import { ConfirmDialog } from '../confirm-dialog.tsx'
import { ConnectionStateText } from './connection-state-text.tsx'
import { VerifyResult } from './verify-result.tsx'

export function ConnectionRow({
  connection,
  first,
  last,
  onToggle,
  onMove,
  onEdit,
  onRemoved,
  onTested,
}: {
  connection: ConnectionView
  first: boolean
  last: boolean
  onToggle: (enabled: boolean) => void
  onMove: (by: 1 | -1) => void
  onEdit: () => void
  onRemoved: () => void
  onTested: () => void
}): ReactNode {
  const { t } = useLingui()
  const [removing, setRemoving] = useState(false)
  const ours = connection.source === 'page'
  const { id, kind, baseUrl } = connection
  const verify = useMutation({
    mutationFn: () =>
      call('verifyConnection', { body: { id, kind: kind === 'ollama' ? 'ollama' : 'openai', baseUrl } }),
    onSuccess: onTested,
  })
  return (
    <li className="flex flex-col gap-2 px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Switch
          label={connection.enabled ? t`${connection.name} is on` : t`${connection.name} is off`}
          checked={connection.enabled}
          disabled={!ours}
          onChange={onToggle}
        />
        <div className="min-w-0 flex-1 basis-40 [overflow-wrap:anywhere]">
          <p className="flex flex-wrap items-center gap-2 font-medium">
            <bdi>{connection.name}</bdi>
            {connection.prefix !== '' && <Badge>{connection.prefix}/</Badge>}
            {connection.source === 'environment' && (
              <Badge>
                <Trans>from environment variables</Trans>
              </Badge>
            )}
            {connection.kind === 'demo' && (
              <Badge>
                <Trans>built-in</Trans>
              </Badge>
            )}
          </p>
          {connection.kind !== 'demo' && (
            <p className="text-small text-muted">
              {connection.baseUrl}
              {connection.hasKey && <> · {t`API key saved`}</>}
            </p>
          )}
          {connection.enabled && connection.state && <ConnectionStateText state={connection.state} />}
        </div>
        {connection.kind !== 'demo' && (
          <Button look="plain" busy={verify.isPending} onClick={() => verify.mutate()}>
            <Trans>Test connection</Trans>
          </Button>
        )}
        {ours && (
          <Menu
            label={connection.name}
            renderTrigger={(props) => (
              <IconButton {...props} icon="more" label={t`Options for ${connection.name}`} />
            )}
          >
            <MenuItem icon="edit" onSelect={onEdit}>
              <Trans>Edit</Trans>
            </MenuItem>
            {!first && (
              <MenuItem icon="send" onSelect={() => onMove(-1)}>
                <Trans>Move up</Trans>
              </MenuItem>
            )}
            {!last && (
              <MenuItem icon="arrow-down" onSelect={() => onMove(1)}>
                <Trans>Move down</Trans>
              </MenuItem>
            )}
            <MenuItem icon="trash" danger onSelect={() => setRemoving(true)}>
              <Trans>Remove</Trans>
            </MenuItem>
          </Menu>
        )}
      </div>
      <VerifyResult result={verify.data} error={verify.error} />
      {removing && (
        <RemoveDialog connection={connection} onClose={() => setRemoving(false)} onRemoved={onRemoved} />
      )}
    </li>
  )
}

function RemoveDialog({
  connection,
  onClose,
  onRemoved,
}: {
  connection: ConnectionView
  onClose: () => void
  onRemoved: () => void
}): ReactNode {
  const { t } = useLingui()
  const remove = useMutation({
    mutationFn: () => call('deleteConnection', { params: { id: connection.id } }),
    onSuccess: () => {
      onClose()
      onRemoved()
    },
  })
  return (
    <ConfirmDialog
      title={t`Remove ${connection.name}?`}
      confirm={t`Remove`}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <Trans>
        Its models will no longer be available, and its API key will be deleted. Existing chats are kept.
      </Trans>
    </ConfirmDialog>
  )
}
