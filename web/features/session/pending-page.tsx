import type { ReactNode } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Trans } from '@lingui/react/macro'
import type { UserView } from '../../../protocol/http/users.ts'
import { Button } from '../../ui/button.tsx'
import { Fish } from '../../ui/mark.tsx'
import { meQuery } from './me-query.ts'
import { signOut } from './sign-out.ts'

/** Shown while the account waits for approval. It polls, and the chats appear once the account is approved. */
export function PendingPage({ user }: { user: UserView }): ReactNode {
  useQuery({ ...meQuery, refetchInterval: 10_000 })
  return (
    <main className="flex h-full flex-col items-center overflow-y-auto px-5 py-10">
      <div className="my-auto flex max-w-96 flex-col items-center gap-4 text-center">
        <Fish size={48} />
        <h1 className="text-greeting font-semibold tracking-tight">
          <Trans>Almost there</Trans>
        </h1>
        <p className="text-muted [overflow-wrap:anywhere]">
          <Trans>
            An administrator has to approve your account {user.email}. Keep this page open: it continues
            automatically after approval.
          </Trans>
        </p>
        <Button onClick={() => void signOut()}>
          <Trans>Sign out</Trans>
        </Button>
      </div>
    </main>
  )
}
