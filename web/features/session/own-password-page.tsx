import type { ReactNode } from 'react'
import { Trans } from '@lingui/react/macro'
import type { UserView } from '../../../protocol/http/users.ts'
import { Fish } from '../../ui/mark.tsx'
import { OwnPasswordForm } from './own-password-form.tsx'

/** After a sign-in with a password that somebody else has set. */
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
