import { useState } from 'react'
import type { ReactNode, SubmitEvent } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Trans, useLingui } from '@lingui/react/macro'
import { call } from '../../api/call.ts'
import { operationQuery } from '../../api/operation-query.ts'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { SecretOnce } from '../secret-once.tsx'
import { ConfirmDialog } from '../confirm-dialog.tsx'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { belongsToField, fieldError } from '../errors/error-text.ts'
import { Section } from '../pages/page.tsx'
import { ApiKeyRows } from './api-key-rows.tsx'

export function ApiKeysSection(): ReactNode {
  const { t } = useLingui()
  const queryClient = useQueryClient()
  const keys = useQuery({ ...operationQuery('listApiKeys'), staleTime: 0 })
  const refresh = (): Promise<void> => queryClient.invalidateQueries(operationQuery('listApiKeys'))
  const [name, setName] = useState('')
  const create = useMutation({
    mutationFn: () => call('createApiKey', { body: { name } }),
    onSuccess: () => {
      setName('')
      void refresh()
    },
  })
  const remove = useMutation({
    mutationFn: (id: string) => call('deleteApiKey', { params: { id } }),
    onSuccess: () => {
      setRevoking(null)
      return refresh()
    },
  })
  const [revoking, setRevoking] = useState<{ id: string; name: string } | null>(null)
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    create.mutate()
  }
  return (
    <Section
      title={t`API keys`}
      intro={t`Use these keys with programs that support the OpenAI API. The base URL is this site’s address followed by /v1.`}
    >
      {create.data && (
        <SecretOnce label={t`Your new key`} secret={create.data.key} onDone={() => create.reset()} />
      )}
      <ErrorNotice error={keys.error} />
      {keys.data && keys.data.items.length > 0 && (
        <ApiKeyRows
          keys={keys.data.items}
          renderAction={(key) => (
            <Button look="danger" onClick={() => setRevoking(key)}>
              <Trans>Revoke</Trans>
            </Button>
          )}
        />
      )}
      <form onSubmit={submit} className="flex max-w-96 flex-col gap-3">
        <Field
          label={t`Name of a new key`}
          placeholder={t`For example: backup script`}
          required
          maxLength={100}
          value={name}
          error={fieldError(create.error, 'name')}
          onChange={(event) => setName(event.target.value)}
        />
        {!belongsToField(create.error, ['name']) && <ErrorNotice error={create.error} />}
        <div>
          <Button type="submit" icon="key" busy={create.isPending} disabled={name.trim() === ''}>
            <Trans>Create key</Trans>
          </Button>
        </div>
      </form>
      {revoking && (
        <ConfirmDialog
          title={t`Revoke ${revoking.name}?`}
          confirm={t`Revoke`}
          busy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(revoking.id)}
          onClose={() => {
            setRevoking(null)
            remove.reset()
          }}
        >
          <Trans>Programs that use this key stop working immediately. You can’t undo this.</Trans>
        </ConfirmDialog>
      )}
    </Section>
  )
}
