import { useState } from 'react'
import type { ReactNode, SubmitEvent } from 'react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Trans, useLingui } from '@lingui/react/macro'
import { limits } from '../../../protocol/limits.ts'
import { call } from '../../api/call.ts'
import { operationKey } from '../../api/operation-query.ts'
import { Button } from '../../ui/button.tsx'
import { useInitialFocus } from '../../ui/use-initial-focus.ts'
import { Field } from '../../ui/field.tsx'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { writeStored } from '../storage/safe-storage.ts'
import { belongsToField, fieldError } from '../errors/error-text.ts'

const minPasswordLength = limits.minPassword
const fields = ['name', 'email', 'password', 'setupCode'] as const

export function SignUpForm({
  first,
  needsSetupCode,
}: {
  first: boolean
  /** True if the server asks for the setup code, because the page was not opened on the server’s own machine. */
  needsSetupCode: boolean
}): ReactNode {
  const { t } = useLingui()
  const queryClient = useQueryClient()
  const focused = useInitialFocus<HTMLInputElement>()
  const [values, setValues] = useState({ name: '', email: '', password: '', setupCode: '' })
  const signUp = useMutation({
    mutationFn: () => call('signUp', { body: values }),
    onSuccess: ({ user }) => {
      if (first) writeStored('first-run', 'open')
      queryClient.setQueryData(operationKey('getMe'), user)
    },
  })
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    if (!signUp.isPending) signUp.mutate()
  }
  const field = (name: (typeof fields)[number]): object => ({
    name,
    required: true,
    value: values[name],
    error: fieldError(signUp.error, name),
    onChange: (event: { target: HTMLInputElement }) => setValues({ ...values, [name]: event.target.value }),
  })
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <Field {...field('name')} label={t`Name`} autoComplete="name" ref={focused} maxLength={100} />
      <Field {...field('email')} label={t`Email`} type="email" inputMode="email" autoComplete="username" />
      <Field
        {...field('password')}
        label={t`Password`}
        type="password"
        autoComplete="new-password"
        minLength={minPasswordLength}
        hint={t`At least ${minPasswordLength} characters.`}
      />
      {needsSetupCode && (
        <Field
          {...field('setupCode')}
          label={t`Setup code`}
          autoComplete="off"
          spellCheck={false}
          maxLength={40}
          hint={t`Needed only for the first account. It is in the server’s log, in the line that says “setup code”.`}
        />
      )}
      {!belongsToField(signUp.error, fields) && <ErrorNotice error={signUp.error} />}
      <Button type="submit" look="primary" wide busy={signUp.isPending}>
        {first ? <Trans>Create the administrator’s account</Trans> : <Trans>Create account</Trans>}
      </Button>
    </form>
  )
}
