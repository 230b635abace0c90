import type { ReactNode } from 'react'

/** The dot behind the last word of an answer that is being written. It takes no room, so that its end moves nothing. */
export function StreamDot(): ReactNode {
  return <span className="md-dot" aria-hidden="true" />
}
