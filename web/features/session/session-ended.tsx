import type { ReactNode } from 'react'
import { Trans, useLingui } from '@lingui/react/macro'
import { Dialog } from '../../ui/dialog.tsx'
import { SignInForm } from './sign-in-form.tsx'

/** The session ended while somebody was at work: they sign in over the page, which keeps everything. */
export function SessionEnded({ email, onDone }: { email: string; onDone: () => void }): ReactNode {
  const { t } = useLingui()
  return (
    <Dialog title={t`Sign in to go on`}>
      <p className="text-muted">
        <Trans>Your session has ended. What you were writing is still here.</Trans>
      </p>
      <SignInForm email={email} onDone={onDone} />
    </Dialog>
  )
}
