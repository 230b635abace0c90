import { useCallback, useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import type { UserView } from '../../protocol/http/users.ts'
import { onSessionExpired } from '../api/call.ts'
import { operationQuery } from '../api/operation-query.ts'
import { withBase } from '../api/base-path.ts'
import { useLingui, Trans } from '@lingui/react/macro'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Toasts } from '../ui/toasts.tsx'
import { applyPreferences } from '../features/accounts/apply-preferences.ts'
import { createPageLive, LiveProvider } from '../features/chat/state/live-context.tsx'
import { useAppName } from '../features/app-name.ts'
import { OwnPasswordForm } from '../features/session/own-password-form.tsx'
import { setAsideStored } from '../features/storage/safe-storage.ts'
import { MeProvider } from '../features/session/use-me.ts'
import { createPageRouter } from './router.tsx'
import { useSidebar } from '../features/sidebar/sidebar-state.ts'
import { SignInForm } from '../features/session/sign-in-form.tsx'

/** The application for a signed-in user: the live connection, the pages, and the sign-in dialog if the session ends. */
export function SignedIn({ user }: { user: UserView }): ReactNode {
  const { t } = useLingui()
  const queryClient = useQueryClient()
  const [router] = useState(createPageRouter)
  const { sheet } = useSidebar()
  const [expired, setExpired] = useState(false)
  const [live] = useState(() => createPageLive(queryClient))
  const restoreStored = useRef<() => void>(undefined)
  useEffect(
    () =>
      onSessionExpired(() => {
        restoreStored.current ??= setAsideStored()
        setExpired(true)
      }),
    [],
  )

  const preferences = useQuery(operationQuery('getPreferences')).data
  useEffect(() => {
    if (preferences) applyPreferences(preferences)
  }, [preferences])

  const onCreated = useCallback(
    (chatId: string) => router.navigate({ to: '/c/$chatId', params: { chatId } }),
    [router],
  )
  return (
    <MeProvider value={user}>
      <LiveProvider client={live} onCreated={onCreated}>
        {/* Hidden, but not removed: the page keeps its state for the same user. */}
        <div className={expired ? 'invisible contents' : 'contents'}>
          <RouterProvider router={router} />
          {!sheet && <Toasts />}
        </div>
      </LiveProvider>
      {user.mustChangePassword && !expired && (
        <Dialog title={t`Choose your password`}>
          <OwnPasswordForm user={user} />
        </Dialog>
      )}
      {expired && (
        <SessionEnded
          email={user.email}
          onDone={() => {
            setExpired(false)
            restoreStored.current?.()
            restoreStored.current = undefined
            live.open()
            void queryClient.invalidateQueries()
          }}
        />
      )}
    </MeProvider>
  )
}

/**
 * Shown when the session ends while the page is open. The page keeps its state and is hidden, because another person may
 * be at this device: the user may have ended the session from elsewhere for that reason.
 */
function SessionEnded({ email, onDone }: { email: string; onDone: () => void }): ReactNode {
  const { t } = useLingui()
  const appName = useAppName()
  useEffect(() => {
    const before = document.title
    document.title = appName
    return () => {
      document.title = before
    }
  }, [appName])
  return (
    <Dialog title={t`Sign in to continue`}>
      <p className="text-muted">
        <Trans>Your session has ended. Your draft is still here.</Trans>
      </p>
      <SignInForm email={email} onDone={onDone} />
      <Button look="plain" wide onClick={() => location.assign(withBase('/'))}>
        <Trans>Use another account</Trans>
      </Button>
    </Dialog>
  )
}
