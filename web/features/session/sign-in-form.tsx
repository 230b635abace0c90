import { useState } from 'react'
import type { ReactNode, SubmitEvent } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Trans, useLingui } from '@lingui/react/macro'
import { call } from '../../api/call.ts'
import { operationKey } from '../../api/operation-query.ts'
import { Button } from '../../ui/button.tsx'
import { useInitialFocus } from '../../ui/use-initial-focus.ts'
import { Field } from '../../ui/field.tsx'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { belongsToField, fieldError } from '../errors/error-text.ts'

/** The sign-in form. With `email`, the address is fixed: the same user signs in again after the session has ended. */
export function SignInForm({ email, onDone }: { email?: string; onDone?: () => void }): ReactNode {
  const { t } = useLingui()
  const queryClient = useQueryClient()
  const focused = useInitialFocus<HTMLInputElement>()
  const [values, setValues] = useState({ email: email ?? '', password: '' })
  const signIn = useMutation({
    mutationFn: () => call('signIn', { body: values }),
    onSuccess: ({ user }) => {
      queryClient.setQueryData(operationKey('getMe'), user)
      onDone?.()
    },
  })
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    if (!signIn.isPending) signIn.mutate()
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Field
        label={t`Email`}
        type="email"
        name="email"
        autoComplete="username"
        inputMode="email"
        required
        readOnly={email !== undefined}
        {...(email === undefined ? { ref: focused } : {})}
        value={values.email}
        error={fieldError(signIn.error, 'email')}
        onChange={(event) => setValues({ ...values, email: event.target.value })}
      />
      <Field
        label={t`Password`}
        type="password"
        name="password"
        autoComplete="current-password"
        required
        {...(email === undefined ? {} : { ref: focused })}
        value={values.password}
        error={fieldError(signIn.error, 'password')}
        onChange={(event) => setValues({ ...values, password: event.target.value })}
      />
      {!belongsToField(signIn.error, ['email', 'password']) && <ErrorNotice error={signIn.error} />}
      <Button type="submit" look="primary" wide busy={signIn.isPending}>
        {signIn.isPending ? <Trans>Signing in…</Trans> : <Trans>Sign in</Trans>}
      </Button>
    </form>
  )
}
