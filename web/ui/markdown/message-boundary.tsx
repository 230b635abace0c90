import { Component } from 'react'
import type { ErrorInfo, ReactNode } from 'react'

interface BoundaryProps {
  /** Shown as plain text if rendering it fails. */
  text: string
  children: ReactNode
  onError?: ((error: unknown) => void) | undefined
}

/** An error boundary for one message: if rendering it fails, only this message is shown as plain text. */
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
