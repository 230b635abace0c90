import { useState } from 'react'
import type { ReactNode, SubmitEvent } from 'react'
import { useMutation } from '@tanstack/react-query'
import { Trans, useLingui } from '@lingui/react/macro'
import { call } from '../../api/call.ts'
import type { ResponseOf } from '../../../protocol/http/index.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, Select } from '../../ui/field.tsx'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { belongsToField, fieldError } from '../errors/error-text.ts'

const empty: { name: string; email: string; role: 'user' | 'admin' } = { name: '', email: '', role: 'user' }

/** Creates an account for another user. The server generates the first password. */
export function AddUserDialog({
  onAdded,
  onClose,
}: {
  onAdded: (added: ResponseOf<'createUser'>) => void
  onClose: () => void
}): ReactNode {
  const { t } = useLingui()
  const [values, setValues] = useState(empty)
  const add = useMutation({ mutationFn: () => call('createUser', { body: values }), onSuccess: onAdded })
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    if (!add.isPending) add.mutate()
  }
  const set = (change: Partial<typeof empty>): void => setValues({ ...values, ...change })
  return (
    <Dialog title={t`Add a user`} closeLabel={t`Close`} onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Field
          label={t`Name`}
          autoComplete="off"
          required
          maxLength={100}
          value={values.name}
          error={fieldError(add.error, 'name')}
          onChange={(event) => set({ name: event.target.value })}
        />
        <Field
          label={t`Email`}
          type="email"
          inputMode="email"
          autoComplete="off"
          required
          value={values.email}
          error={fieldError(add.error, 'email')}
          onChange={(event) => set({ email: event.target.value })}
        />
        <Select
          label={t`Role`}
          value={values.role}
          onChange={(event) => set({ role: event.target.value as typeof values.role })}
        >
          <option value="user">{t`User`}</option>
          <option value="admin">{t`Administrator`}</option>
        </Select>
        <p className="text-small text-muted">
          <Trans>
            The account’s password is shown once, so that you can pass it on. The user has to change it at the
            first sign-in.
          </Trans>
        </p>
        {!belongsToField(add.error, ['name', 'email']) && <ErrorNotice error={add.error} />}
        <div className="flex justify-end gap-2">
          <Button look="plain" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button look="primary" type="submit" busy={add.isPending}>
            <Trans>Add</Trans>
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
