import type { ReactNode } from 'react'
import { useLingui } from '@lingui/react/macro'
import type { Preferences } from '../../../protocol/http/account.ts'
import { Select } from '../../ui/field.tsx'
import { ModelOptions } from '../model-options.tsx'
import { ErrorNotice } from '../errors/error-notice.tsx'
import { Section } from '../pages/page.tsx'
import { usePreferences } from './use-preferences.ts'

export function ChatDefaultsSection(): ReactNode {
  const { t } = useLingui()
  const { preferences, change, error } = usePreferences()
  return (
    <Section title={t`Chat defaults`}>
      <div className="grid max-w-120 grid-cols-2 gap-4 max-sm:grid-cols-1">
        <Select
          label={t`Model for new chats`}
          value={preferences.defaultModel ?? ''}
          onChange={(event) => change({ defaultModel: event.target.value || null })}
        >
          <option value="">{t`Last used model`}</option>
          <ModelOptions />
        </Select>
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
