import { useEffect, useState } from 'react'
import type { ComponentType, ReactNode } from 'react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useLingui } from '@lingui/react/macro'
import { ApiError } from '../api/api-error.ts'
import type { UserView } from '../../protocol/http/users.ts'
import { operationQuery } from '../api/operation-query.ts'
import { Waiting } from '../ui/waiting.tsx'
import { ErrorNotice } from '../features/errors/error-notice.tsx'
import { followSignOut } from '../features/session/sign-out.ts'
import { meQuery } from '../features/session/me-query.ts'
import { OwnPasswordPage } from '../features/session/own-password-form.tsx'
import { PendingPage } from '../features/session/pending-page.tsx'
import { SignInPage } from '../features/session/sign-in-page.tsx'
import { clearStored, writeStored } from '../features/storage/safe-storage.ts'
import { loadSignedIn, signedInIfLoaded } from './load-signed-in.ts'

/**
 * Shows the sign-in page, the page for pending accounts, the password form or the application, depending on the
 * session.
 */
export function Entrance(): ReactNode {
  const { t } = useLingui()
  const queryClient = useQueryClient()
  const app = useQuery(operationQuery('getApp'))
  const me = useQuery(meQuery)
  useEffect(() => followSignOut(queryClient), [queryClient])
  const known = me.data !== undefined
  useEffect(() => {
    if (known) writeStored('known', 'yes')
  }, [known])

  const nobody = me.error instanceof ApiError && me.error.code === 'unauthenticated'
  useEffect(() => {
    // The session ended while no page was open: remove its drafts, because the next person at this browser may be
    // another user.
    if (nobody && !known) clearStored()
  }, [nobody, known])
  const [entered, setEntered] = useState(false)
  const mayEnter = known && me.data.role !== 'pending' && !me.data.mustChangePassword
  if (mayEnter && !entered) setEntered(true)

  if (me.data?.role === 'pending') return <PendingPage user={me.data} />
  // If the application is already open, it stays: it holds drafts, and `SignedIn` shows the form in a dialog over it.
  if (me.data?.mustChangePassword && !entered) return <OwnPasswordPage user={me.data} />
  if (me.data) {
    return <Application user={me.data} />
  }
  if (nobody && !app.isPending) {
    return <SignInPage app={app.data} />
  }
  if (me.error && !app.isPending) {
    return (
      <main className="mx-auto flex h-full max-w-96 flex-col justify-center px-5">
        <ErrorNotice error={me.error} onRetry={() => void me.refetch()} />
      </main>
    )
  }
  return <Waiting label={t`Loading…`} />
}

/**
 * Not `lazy`: after showing a fallback, React’s Suspense delays the content by a third of a second, however soon it has
 * loaded.
 */
function Application({ user }: { user: UserView }): ReactNode {
  const { t } = useLingui()
  const [loaded, setLoaded] = useState<
    { SignedIn: ComponentType<{ user: UserView }> } | { error: unknown } | undefined
  >(signedInIfLoaded)
  useEffect(() => {
    if (signedInIfLoaded()) return
    loadSignedIn().then(setLoaded, (error: unknown) => setLoaded({ error }))
  }, [])
  if (loaded === undefined) return <Waiting label={t`Loading…`} />
  if ('error' in loaded) throw loaded.error
  return <loaded.SignedIn user={user} />
}
