import { useEffect, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { Trans } from '@lingui/react/macro'
import type { RunLink } from '../../../live/followed-run.ts'

/** How long “Moved to another server” is shown, ms. */
const movedMs = 4000

/** Shows that an answer is moving to another server, and for four seconds that it has moved. */
export function LinkNote({ link }: { link: RunLink }): ReactNode {
  const [moved, setMoved] = useState(false)
  const last = useRef<RunLink>('live')
  useEffect(() => {
    const before = last.current
    last.current = link
    if (link !== 'moved' && !(before === 'moving' && link === 'live')) return
    setMoved(true)
    const timer = setTimeout(() => setMoved(false), movedMs)
    return () => clearTimeout(timer)
  }, [link])
  if (link === 'moving')
    return (
      <Note>
        <Trans>Moving to another server…</Trans>
      </Note>
    )
  if (link === 'stalled')
    return (
      <Note>
        <Trans>Live updates are delayed</Trans>
      </Note>
    )
  if (moved)
    return (
      <Note>
        <Trans>Moved to another server</Trans>
      </Note>
    )
  return null
}

function Note({ children }: { children: ReactNode }): ReactNode {
  return <output className="block appear text-small text-muted">{children}</output>
}
