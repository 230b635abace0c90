import type { ReactNode } from 'react'
import { useLingui } from '@lingui/react/macro'
import type { UserView } from '../../../protocol/http/users.ts'
import { Page } from '../pages/page.tsx'
import { ApiKeysSection } from './api-keys-section.tsx'
import { AppearanceSection } from './appearance-section.tsx'
import { ChatDefaultsSection } from './chat-defaults-section.tsx'
import { DataSection } from './data-section.tsx'
import { ProfileSection } from './profile-section.tsx'
import { SessionsSection } from './sessions-section.tsx'

export function AccountPage({ user }: { user: UserView }): ReactNode {
  const { t } = useLingui()
  return (
    <Page title={t`Account`}>
      <ProfileSection user={user} />
      <AppearanceSection />
      <ChatDefaultsSection />
      <SessionsSection />
      <ApiKeysSection />
      <DataSection />
    </Page>
  )
}
