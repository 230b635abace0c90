import type { ReactNode } from 'react'
import { useLingui } from '@lingui/react/macro'
import type { Preferences } from '../../../protocol/http/account.ts'
import { Select } from '../../ui/field.tsx'
import { ModelField } from '../models/model-field.tsx'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { Section } from '../pages/page.tsx'
import { usePreferences } from './use-preferences.ts'

export function ChatDefaultsSection(): ReactNode {
  const { t } = useLingui()
  const { preferences, change, error } = usePreferences()
  return (
    <Section title={t`Chat defaults`}>
      <div className="grid max-w-120 grid-cols-2 gap-4 max-sm:grid-cols-1">
        <ModelField
          label={t`Model for new chats`}
          none={t`Last used model`}
          value={preferences.defaultModel}
          onChange={(defaultModel) => change({ defaultModel })}
        />
        <Select
          label={t`Send with`}
          value={preferences.sendKey}
          onChange={(event) => change({ sendKey: event.target.value as Preferences['sendKey'] })}
        >
          <option value="enter">{t`Enter`}</option>
          <option value="mod-enter">{t`Ctrl+Enter or ⌘+Enter`}</option>
        </Select>
      </div>
      <ErrorNotice error={error} />
    </Section>
  )
}
