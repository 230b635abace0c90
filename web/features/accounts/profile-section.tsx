import { useState } from 'react'
import type { ReactNode, SubmitEvent } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Trans, useLingui } from '@lingui/react/macro'
import { limits } from '../../../protocol/limits.ts'
import type { UserView } from '../../../protocol/http/users.ts'
import { call } from '../../api/call.ts'
import { operationKey, operationQuery } from '../../api/operation-query.ts'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { belongsToField, errorText, fieldError } from '../errors/error-text.ts'
import { ApiError } from '../../api/api-error.ts'
import { Section } from '../pages/page.tsx'

export function ProfileSection({ user }: { user: UserView }): ReactNode {
  const { t } = useLingui()
  return (
    <Section title={t`Profile`} intro={user.email}>
      <NameForm user={user} />
      <PasswordForm email={user.email} />
    </Section>
  )
}

function NameForm({ user }: { user: UserView }): ReactNode {
  const { t } = useLingui()
  const queryClient = useQueryClient()
  const [name, setName] = useState(user.name)
  const save = useMutation({
    mutationFn: () => call('updateAccount', { body: { name } }),
    onSuccess: (me) => queryClient.setQueryData(operationKey('getMe'), me),
  })
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <form onSubmit={submit} className="flex max-w-96 flex-col gap-3">
      <Field
        label={t`Name`}
        autoComplete="name"
        required
        maxLength={100}
        value={name}
        error={fieldError(save.error, 'name')}
        onChange={(event) => setName(event.target.value)}
      />
      {!belongsToField(save.error, ['name']) && <ErrorNotice error={save.error} />}
      <div className="flex items-center gap-3">
        <Button type="submit" busy={save.isPending} disabled={name === user.name}>
          <Trans>Save name</Trans>
        </Button>
        <output className="text-small text-success">
          {save.isSuccess && name === user.name && <Trans>Saved</Trans>}
        </output>
      </div>
    </form>
  )
}

function PasswordForm({ email }: { email: string }): ReactNode {
  const { t } = useLingui()
  const queryClient = useQueryClient()
  const [open, setOpen] = useState(false)
  const none = { current: '', next: '', revokeApiKeys: false }
  const [values, setValues] = useState(none)
  const save = useMutation({
    mutationFn: () => call('changePassword', { body: values }),
    onSuccess: () => {
      setValues(none)
      void queryClient.invalidateQueries(operationQuery('listApiKeys'))
    },
  })
  if (!open) {
    return (
      <div>
        <Button onClick={() => setOpen(true)}>
          <Trans>Change password</Trans>
        </Button>
      </div>
    )
  }
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    save.mutate()
  }
  const wrong = save.error instanceof ApiError && save.error.code === 'wrong_credentials'
  return (
    <form onSubmit={submit} className="flex max-w-96 flex-col gap-3">
      <input type="hidden" name="username" autoComplete="username" value={email} readOnly />
      <Field
        label={t`Current password`}
        type="password"
        autoComplete="current-password"
        required
        value={values.current}
        error={wrong ? t`Wrong password. Enter your current password.` : fieldError(save.error, 'current')}
        onChange={(event) => setValues({ ...values, current: event.target.value })}
      />
      <Field
        label={t`New password`}
        type="password"
        autoComplete="new-password"
        required
        minLength={limits.minPassword}
        hint={t`At least 8 characters. Changing your password signs you out on all other devices.`}
        value={values.next}
        error={fieldError(save.error, 'next')}
        onChange={(event) => setValues({ ...values, next: event.target.value })}
      />
      <label className="flex items-start gap-2">
        <input
          type="checkbox"
          className="mt-1"
          checked={values.revokeApiKeys}
          onChange={(event) => setValues({ ...values, revokeApiKeys: event.target.checked })}
        />
        <Trans>Also revoke my API keys, in case someone else knew my password</Trans>
      </label>
      {save.error && !wrong && !belongsToField(save.error, ['current', 'next']) && (
        <p role="alert" className="text-danger">
          {errorText(save.error)}
        </p>
      )}
      <div className="flex items-center gap-3">
        <Button type="submit" look="primary" busy={save.isPending}>
          <Trans>Change password</Trans>
        </Button>
        <output className="text-small text-success">
          {save.isSuccess && <Trans>Password changed. You’ve been signed out on all other devices.</Trans>}
        </output>
      </div>
    </form>
  )
}
