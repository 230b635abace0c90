import { useState } from 'react'
import type { ReactNode, SubmitEvent } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Trans, useLingui } from '@lingui/react/macro'
import { limits } from '../../../protocol/limits.ts'
import type { UserView } from '../../../protocol/http/users.ts'
import { call } from '../../api/call.ts'
import { operationKey } from '../../api/operation-query.ts'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { useInitialFocus } from '../../ui/use-initial-focus.ts'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { belongsToField, fieldError } from '../errors/error-text.ts'
import { signOut } from './sign-out.ts'
import { Fish } from '../../ui/mark.tsx'

const minPasswordLength = limits.minPassword

/**
 * A form for a user whose password was set by an administrator. The user cannot do anything else until it is changed.
 */
export function OwnPasswordForm({ user }: { user: UserView }): ReactNode {
  const { t } = useLingui()
  const queryClient = useQueryClient()
  const focused = useInitialFocus<HTMLInputElement>()
  const [values, setValues] = useState({ current: '', next: '' })
  const change = useMutation({
    mutationFn: () => call('changePassword', { body: values }),
    onSuccess: () => {
      const { mustChangePassword: _, ...me } = user
      queryClient.setQueryData(operationKey('getMe'), me)
      void queryClient.invalidateQueries()
    },
  })
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    if (!change.isPending) change.mutate()
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4 text-start">
      <p className="text-muted">
        <Trans>An administrator set your password. Choose your own password to continue.</Trans>
      </p>
      <input type="hidden" name="username" autoComplete="username" value={user.email} readOnly />
      <Field
        label={t`Temporary password`}
        type="password"
        autoComplete="current-password"
        required
        ref={focused}
        value={values.current}
        error={fieldError(change.error, 'current')}
        onChange={(event) => setValues({ ...values, current: event.target.value })}
      />
      <Field
        label={t`New password`}
        type="password"
        autoComplete="new-password"
        required
        minLength={minPasswordLength}
        hint={t`At least ${minPasswordLength} characters.`}
        value={values.next}
        error={fieldError(change.error, 'next')}
        onChange={(event) => setValues({ ...values, next: event.target.value })}
      />
      {!belongsToField(change.error, ['current', 'next']) && <ErrorNotice error={change.error} />}
      <Button type="submit" look="primary" wide busy={change.isPending}>
        <Trans>Change password</Trans>
      </Button>
      <Button look="plain" wide onClick={() => void signOut()}>
        <Trans>Sign out</Trans>
      </Button>
    </form>
  )
}

/** Shown after signing in with a password that an administrator set. */
export function OwnPasswordPage({ user }: { user: UserView }): ReactNode {
  return (
    <main className="flex h-full flex-col items-center overflow-y-auto px-5 py-10">
      <div className="my-auto flex w-full max-w-88 flex-col items-center gap-4 text-center">
        <Fish size={48} />
        <h1 className="text-greeting font-semibold tracking-tight">
          <Trans>Choose your password</Trans>
        </h1>
        <OwnPasswordForm user={user} />
      </div>
    </main>
  )
}
