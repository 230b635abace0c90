import type { ReactNode } from 'react'

/** A message for content that is loading. It appears after 0.4 s, so that fast content shows no message. */
export function Waiting({ label }: { label: string }): ReactNode {
  return (
    <output className="flex h-full min-h-24 w-full items-center justify-center text-muted">
      <span className="appear [animation-delay:400ms] [animation-fill-mode:backwards]">{label}</span>
    </output>
  )
}
