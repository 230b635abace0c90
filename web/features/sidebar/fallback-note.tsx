import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { Trans } from '@lingui/react/macro'
import { useSocketStatus } from '../chat/state/live-context.tsx'

/** A fallback that is used for a shorter time is not shown, ms. */
const noteDelayMs = 2000

/** Shows which fallback replaces the WebSocket, once that has lasted a while. */
export function FallbackNote(): ReactNode {
  const status = useSocketStatus()
  const transport = status.state === 'open' ? status.transport : undefined
  const fallback = transport === 'socket' ? undefined : transport
  const [lasts, setLasts] = useState(false)
  useEffect(() => {
    if (fallback === undefined) return
    const timer = setTimeout(() => setLasts(true), noteDelayMs)
    return () => {
      clearTimeout(timer)
      setLasts(false)
    }
  }, [fallback])
  return (
    <output className="block px-4 text-small text-warning">
      {lasts && fallback !== undefined && (
        <p className="appear py-2">
          {fallback === 'events' ? (
            <Trans>WebSockets are blocked on this network. Using a fallback.</Trans>
          ) : (
            <Trans>Live updates are blocked on this network. Answers update about once a second.</Trans>
          )}
        </p>
      )}
    </output>
  )
}
