import { useState } from 'react'
import type { ReactNode } from 'react'
import { Trans } from '@lingui/react/macro'
import type { ResponseOf } from '../../../protocol/http/index.ts'
import { Shoal } from '../../ui/mark.tsx'
import { SignInForm } from './sign-in-form.tsx'
import { SignUpForm } from './sign-up-form.tsx'

/** The sign-in page. On a new installation it creates the administrator’s account instead. */
export function SignInPage({ app }: { app: ResponseOf<'getApp'> | undefined }): ReactNode {
  const first = app?.signUp === 'first'
  const [wantsAccount, setWantsAccount] = useState(false)
  const signUp = first || (wantsAccount && app?.signUp === 'open')
  return (
    <main className="flex h-full flex-col items-center overflow-y-auto px-5 py-10">
      <div className="my-auto flex w-full max-w-88 flex-col gap-8">
        <header className="flex flex-col items-center gap-4 text-center">
          <Shoal size={84} />
          <h1 className="text-greeting font-semibold tracking-tight">
            {first ? <Trans>Welcome to {app.name}</Trans> : (app?.name ?? 'Shoal')}
          </h1>
          {first && (
            <p className="text-balance text-muted">
              <Trans>You’re the first one here, so you’ll be the administrator.</Trans>
            </p>
          )}
        </header>
        {signUp ? <SignUpForm first={first} needsSetupCode={app?.setupCode ?? false} /> : <SignInForm />}
        {!first && app?.signUp === 'open' && (
          <p className="text-center text-muted">
            {signUp ? <Trans>Already have an account?</Trans> : <Trans>No account yet?</Trans>}{' '}
            <button
              type="button"
              className="min-h-7 font-semibold text-accent underline-offset-2 hover:underline touch:min-h-11"
              onClick={() => setWantsAccount(!signUp)}
            >
              {signUp ? <Trans>Sign in</Trans> : <Trans>Create one</Trans>}
            </button>
          </p>
        )}
      </div>
    </main>
  )
}
