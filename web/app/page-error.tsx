import { Component } from 'react'
import type { ReactNode } from 'react'
import { Trans } from '@lingui/react/macro'
import { Button } from '../ui/button.tsx'

/** Shown in place of a page that failed to load or render. */
export function PageError({ error }: { error: unknown }): ReactNode {
  return (
    <main
      id="main"
      className="flex h-full min-w-0 flex-1 flex-col items-center justify-center gap-4 px-5 text-center"
    >
      <h1 className="text-title font-semibold">
        <Trans>Something went wrong on this page</Trans>
      </h1>
      <p className="max-w-96 text-muted">
        <Trans>Your chats and drafts are saved. Reload the page to continue.</Trans>
      </p>
      <p className="max-w-full font-mono text-small text-faint [overflow-wrap:anywhere]">
        {(error instanceof Error ? error.message : String(error)).slice(0, 300)}
      </p>
      <Button look="primary" onClick={() => location.reload()}>
        <Trans>Reload</Trans>
      </Button>
    </main>
  )
}

/** The outermost error boundary: it shows `PageError` instead of an empty page. */
export class PageErrorBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null }

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render(): ReactNode {
    const { error } = this.state
    return error ? <PageError error={error} /> : this.props.children
  }
}
