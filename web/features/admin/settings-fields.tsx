import type { ReactNode } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import type { SettingsValues } from '../../../protocol/http/settings.ts'
import { Field, Select } from '../../ui/field.tsx'
import { OnOff } from '../../ui/on-off.tsx'
import { ModelOptions } from '../model-options.tsx'
import { fieldError } from '../errors/error-text.ts'
import { Section } from '../pages/page.tsx'

interface Given {
  values: SettingsValues
  disabled: boolean
  error: Error | null
  onChange: (change: Partial<SettingsValues>) => void
}

export function SettingsFields(given: Given): ReactNode {
  const { t } = useLingui()
  const { values, disabled, error, onChange } = given
  return (
    <>
      <Section title={t`General`}>
        <div className="flex max-w-120 flex-col gap-4">
          <Field
            label={t`Name of this Shoal`}
            value={values.name}
            maxLength={100}
            required
            disabled={disabled}
            error={fieldError(error, 'values.name') ?? fieldError(error, 'name')}
            onChange={(event) => onChange({ name: event.target.value })}
          />
          <OnOff
            label={t`Anybody may sign up`}
            checked={values.signUp}
            disabled={disabled}
            onChange={(signUp) => onChange({ signUp })}
          />
          <Select
            label={t`New accounts become`}
            value={values.defaultRole}
            disabled={disabled}
            onChange={(event) =>
              onChange({ defaultRole: event.target.value as SettingsValues['defaultRole'] })
            }
          >
            <option value="pending">{t`Waiting for approval`}</option>
            <option value="user">{t`Users`}</option>
            <option value="admin">{t`Administrators`}</option>
          </Select>
        </div>
      </Section>
      <Section title={t`Answers`}>
        <div className="flex max-w-120 flex-col gap-4">
          <OnOff
            label={t`Chats get a title by themselves`}
            checked={values.titles}
            disabled={disabled}
            onChange={(titles) => onChange({ titles })}
          />
          {values.titles && (
            <Select
              label={t`Model that makes titles`}
              value={values.taskModel ?? ''}
              disabled={disabled}
              onChange={(event) => onChange({ taskModel: event.target.value || null })}
            >
              <option value="">{t`The chat’s own`}</option>
              <ModelOptions />
            </Select>
          )}
          <Select
            label={t`When an instance dies in mid-answer`}
            hint={t`For providers that cannot go on with a text where it stopped.`}
            value={values.takeoverPolicy}
            disabled={disabled}
            onChange={(event) =>
              onChange({ takeoverPolicy: event.target.value as SettingsValues['takeoverPolicy'] })
            }
          >
            <option value="restart">{t`Write the answer anew`}</option>
            <option value="interrupt">{t`Keep what there is, and offer to continue`}</option>
          </Select>
        </div>
      </Section>
      <Limits {...given} />
    </>
  )
}

function Limits({ values, disabled, error, onChange }: Given): ReactNode {
  const { t } = useLingui()
  const limits = [
    ['runsPerMinute', t`Answers a person may start in a minute`],
    ['tokensPerMinute', t`Tokens a person may use in a minute`],
    ['runningPerUser', t`Answers a person may have running at once`],
    ['runningPerInstance', t`Answers an instance asks for at once`],
    ['runningPerConnection', t`Answers a connection is asked for at once`],
    ['socketsPerUser', t`Pages a person may have open at once`],
  ] as const
  return (
    <Section title={t`Limits`} intro={<Trans>Empty: no limit.</Trans>}>
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
