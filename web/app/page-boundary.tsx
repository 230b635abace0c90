import { Component } from 'react'
import type { ReactNode } from 'react'
import { PageFault } from './page-fault.tsx'

/** The last net: a fault in the page shows what to do instead of nothing. */
export class PageBoundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null }

  static getDerivedStateFromError(error: unknown): { error: Error } {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override render(): ReactNode {
    const { error } = this.state
    return error ? <PageFault error={error} /> : this.props.children
  }
}
