import type { ReactNode } from 'react'

/** Says that something is awaited, once it has lasted: what comes at once needs no word. */
export function Waiting({ label }: { label: string }): ReactNode {
  return (
    <output className="flex h-full min-h-24 w-full items-center justify-center text-muted">
      <span className="appear [animation-delay:400ms] [animation-fill-mode:backwards]">{label}</span>
    </output>
  )
}
