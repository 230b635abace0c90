import { useState } from 'react'
import type { ReactNode, SubmitEvent } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Trans, useLingui } from '@lingui/react/macro'
import type { SettingsValues, SettingsView } from '../../../protocol/http/settings.ts'
import { ApiError } from '../../api/api-error.ts'
import { call } from '../../api/call.ts'
import { operationKey, operationQuery } from '../../api/operation-query.ts'
import { Button } from '../../ui/button.tsx'
import { Notice } from '../../ui/notice.tsx'
import { Waiting } from '../../ui/waiting.tsx'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { errorText } from '../errors/error-text.ts'
import { Page } from '../pages/page.tsx'
import { SettingsFields } from './settings-fields.tsx'

/** The settings of the installation, which take effect without a restart. */
export function SettingsPage(): ReactNode {
  const { t } = useLingui()
  const settings = useQuery({
    ...operationQuery('getSettings'),
    staleTime: 0,
    refetchInterval: ({ state }) =>
      state.data && state.data.applied.on < state.data.applied.of ? 1000 : false,
  })
  return (
    <Page
      isAdministration
      title={t`Settings`}
      intro={t`These settings apply to everyone in this workspace. Changes take effect immediately.`}
    >
      {settings.isPending && <Waiting label={t`Loading settings…`} />}
      {settings.error && <ErrorNotice error={settings.error} onRetry={() => void settings.refetch()} />}
      {settings.data && <SettingsForm settings={settings.data} />}
    </Page>
  )
}

function SettingsForm({ settings }: { settings: SettingsView }): ReactNode {
  const queryClient = useQueryClient()
  // Edits stay based on the revision that was loaded, so that saving cannot silently overwrite a later change by
  // another administrator.
  const [base, setBase] = useState(settings)
  const [changed, setChanged] = useState<Partial<SettingsValues>>({})
  const dirty = Object.keys(changed).length > 0
  if (!dirty && base !== settings) setBase(settings)
  const save = useMutation({
    mutationFn: () => call('putSettings', { body: { basedOn: base.revision, values: changed } }),
    onSuccess: (view) => {
      queryClient.setQueryData(operationKey('getSettings'), view)
      setChanged({})
    },
  })
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    save.mutate()
  }
  const stale = save.error instanceof ApiError && save.error.code === 'stale_revision'
  const { applied, writable } = settings
  return (
    <form onSubmit={submit} className="flex flex-col gap-10">
      {!writable && (
        <Notice look="info">
          <Trans>
            These settings are read-only because ENABLE_PERSISTENT_CONFIG is false. Change them with
            environment variables.
          </Trans>
        </Notice>
      )}
      <SettingsFields
        values={{ ...base.values, ...changed }}
        disabled={!writable}
        error={save.error}
        onChange={(change) => setChanged({ ...changed, ...change })}
      />
      <div className="sticky bottom-0 flex flex-col gap-3 border-t border-border bg-page py-4">
        {stale ? (
          <Notice
            action={
              <Button
                onClick={() => {
                  // The cached settings may be as old as the refused edit, so they are fetched again.
                  void queryClient
                    .fetchQuery({ ...operationQuery('getSettings'), staleTime: 0 })
                    .then(setBase)
                    .then(() => save.reset())
                }}
              >
                <Trans>Show latest version</Trans>
              </Button>
            }
          >
            {errorText(save.error)}
          </Notice>
        ) : (
          <ErrorNotice error={save.error} />
        )}
        <div className="flex flex-wrap items-center gap-3">
          <Button type="submit" look="primary" busy={save.isPending} disabled={!dirty || !writable}>
            <Trans>Save settings</Trans>
          </Button>
          {dirty && (
            <Button look="plain" onClick={() => setChanged({})}>
              <Trans>Discard changes</Trans>
            </Button>
          )}
          <output className="text-small text-muted">
            {applied.on < applied.of ? (
              <Trans>
                Being applied: {applied.on} of {applied.of} instances have these settings
              </Trans>
            ) : (
              <AppliedOnAll instances={applied.of} />
            )}
          </output>
        </div>
      </div>
    </form>
  )
}

function AppliedOnAll({ instances }: { instances: number }): ReactNode {
  return instances === 1 ? <Trans>Applied</Trans> : <Trans>Applied on all {instances} instances</Trans>
}
