import type { ReactNode } from 'react'
import { Link } from '@tanstack/react-router'
import { Trans } from '@lingui/react/macro'

export function NotFoundPage(): ReactNode {
  return (
    <main
      id="main"
      className="flex h-full flex-1 flex-col items-center justify-center gap-3 px-5 text-center"
    >
      <h1 className="text-title font-semibold">
        <Trans>There is nothing at this address</Trans>
      </h1>
      <Link to="/" className="font-semibold text-accent underline-offset-2 hover:underline">
        <Trans>To the chats</Trans>
      </Link>
    </main>
  )
}
