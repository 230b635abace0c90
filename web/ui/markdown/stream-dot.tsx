import type { ReactNode } from 'react'

/** The dot after the last word of an answer being written. It takes no space, so nothing moves when it disappears. */
export function StreamDot(): ReactNode {
  return <span className="md-dot" aria-hidden="true" />
}
