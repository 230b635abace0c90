import type { ReactNode } from 'react'
import { Plural } from '@lingui/react/macro'
import { Badge } from '../../ui/badge.tsx'

/** How many accounts wait, as a sentence for screen readers and notices. */
export function PendingUsersText({ count }: { count: number }): ReactNode {
  return <Plural value={count} one="# account waits for approval." other="# accounts wait for approval." />
}

export function FailingConnectionsText({ count }: { count: number }): ReactNode {
  return <Plural value={count} one="# connection fails." other="# connections fail." />
}

export function InstanceProblemsText({ count }: { count: number }): ReactNode {
  return <Plural value={count} one="# problem with the instances." other="# problems with the instances." />
}

/** A number beside a label, unless it is 0; screen readers get `children`, which says what is counted. */
export function CountBadge({
  count,
  look,
  children,
}: {
  count: number
  look: 'warning' | 'danger'
  children: ReactNode
}): ReactNode {
  if (count === 0) return null
  return (
    <Badge look={look}>
      <span aria-hidden="true" className="tabular-nums">
        {count}
      </span>
      <span className="sr-only">{children}</span>
    </Badge>
  )
}
