import type { ReactNode } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import type { SettingsValues } from '../../../protocol/http/settings.ts'
import { Field, Select } from '../../ui/field.tsx'
import { SwitchField } from '../../ui/switch-field.tsx'
import { ModelField } from '../models/model-field.tsx'
import { fieldError } from '../errors/error-text.ts'
import { Section } from '../pages/page.tsx'

interface SettingsFieldsProps {
  values: SettingsValues
  disabled: boolean
  error: Error | null
  onChange: (change: Partial<SettingsValues>) => void
}

export function SettingsFields(given: SettingsFieldsProps): ReactNode {
  const { t } = useLingui()
  const { values, disabled, error, onChange } = given
  return (
    <>
      <Section title={t`General`}>
        <div className="flex max-w-120 flex-col gap-4">
          <Field
            label={t`Workspace name`}
            value={values.name}
            maxLength={100}
            required
            disabled={disabled}
            error={fieldError(error, 'values.name') ?? fieldError(error, 'name')}
            onChange={(event) => onChange({ name: event.target.value })}
          />
          <SwitchField
            label={t`Allow sign-ups`}
            checked={values.signUp}
            disabled={disabled}
            onChange={(signUp) => onChange({ signUp })}
          />
          <Select
            label={t`New accounts start as`}
            value={values.defaultRole}
            disabled={disabled}
            onChange={(event) =>
              onChange({ defaultRole: event.target.value as SettingsValues['defaultRole'] })
            }
          >
            <option value="pending">{t`Waiting for approval`}</option>
            <option value="user">{t`User`}</option>
            <option value="admin">{t`Administrator`}</option>
          </Select>
        </div>
      </Section>
      <Section title={t`Answers`}>
        <div className="flex max-w-120 flex-col gap-4">
          <SwitchField
            label={t`Name chats automatically`}
            checked={values.titles}
            disabled={disabled}
            onChange={(titles) => onChange({ titles })}
          />
          {values.titles && (
            <ModelField
              label={t`Model for titles`}
              none={t`Same as the chat`}
              value={values.taskModel}
              disabled={disabled}
              onChange={(taskModel) => onChange({ taskModel })}
            />
          )}
          <Select
            label={t`If a server fails during an answer`}
            hint={t`Applies to providers that can’t resume a partial answer.`}
            value={values.takeoverPolicy}
            disabled={disabled}
            onChange={(event) =>
              onChange({ takeoverPolicy: event.target.value as SettingsValues['takeoverPolicy'] })
            }
          >
            <option value="restart">{t`Start the answer over`}</option>
            <option value="interrupt">{t`Keep the partial answer and offer to continue`}</option>
          </Select>
        </div>
      </Section>
      <Limits {...given} />
    </>
  )
}

function Limits({ values, disabled, error, onChange }: SettingsFieldsProps): ReactNode {
  const { t } = useLingui()
  const limits = [
    ['runsPerMinute', t`Answers per user per minute`],
    ['tokensPerMinute', t`Tokens per user per minute`],
    ['runningPerUser', t`Concurrent answers per user`],
    ['runningPerInstance', t`Concurrent model requests per instance`],
    ['runningPerConnection', t`Concurrent model requests per connection`],
    ['socketsPerUser', t`Open tabs per user`],
  ] as const
  return (
    <Section title={t`Limits`} intro={<Trans>Leave a field empty for no limit.</Trans>}>
      <div className="grid max-w-160 grid-cols-2 gap-4 max-sm:grid-cols-1">
        {limits.map(([name, label]) => (
          <Field
            key={name}
            label={label}
            type="number"
            min={1}
            inputMode="numeric"
            disabled={disabled}
            value={values[name] ?? ''}
            error={fieldError(error, `values.${name}`) ?? fieldError(error, name)}
            onChange={(event) =>
              onChange({ [name]: event.target.value === '' ? null : Number(event.target.value) })
            }
          />
        ))}
      </div>
    </Section>
  )
}
