import { Component } from 'react'
import type { ErrorInfo, ReactNode } from 'react'

interface BoundaryProps {
  /** Shown as plain text where its rendering fails. */
  text: string
  children: ReactNode
  onError?: ((error: unknown) => void) | undefined
}

/** Keeps a failure of one message's renderer to that message: its text is shown as it is. */
export class MessageBoundary extends Component<BoundaryProps, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true }
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    console.error('A message could not be rendered; its text is shown plain.', error, info.componentStack)
    this.props.onError?.(error)
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children
    return (
      <div className="md md-plain" dir="auto">
        {this.props.text}
      </div>
    )
  }
}
