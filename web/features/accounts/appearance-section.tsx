import type { ReactNode } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import type { Preferences } from '../../../protocol/http/account.ts'
import { Select } from '../../ui/field.tsx'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { Section } from '../pages/page.tsx'
import { usePreferences } from './use-preferences.ts'

export function AppearanceSection(): ReactNode {
  const { t } = useLingui()
  const { preferences, change, error } = usePreferences()
  return (
    <Section title={t`Appearance`} intro={t`These settings apply on all your devices.`}>
      <div className="grid max-w-120 grid-cols-2 gap-4 max-sm:grid-cols-1">
        <Select
          label={t`Theme`}
          value={preferences.theme}
          onChange={(event) => change({ theme: event.target.value as Preferences['theme'] })}
        >
          <option value="system">{t`Use system setting`}</option>
          <option value="light">{t`Light`}</option>
          <option value="dark">{t`Dark`}</option>
        </Select>
        <Select
          label={t`Language`}
          value={preferences.language}
          onChange={(event) => change({ language: event.target.value as Preferences['language'] })}
        >
          <option value="system">
            <Trans>Use browser language</Trans>
          </option>
          <option value="en" lang="en">
            English
          </option>
          <option value="de" lang="de">
            Deutsch
          </option>
        </Select>
      </div>
      <ErrorNotice error={error} />
    </Section>
  )
}
