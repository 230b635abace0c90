import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { Trans } from '@lingui/react/macro'
import { closeCodes } from '../../../protocol/close-codes.ts'
import { useConnectionStatus } from './live-context.tsx'
import { useOnline } from './use-online.ts'

/** A link that comes back within this time was never worth a word, ms. */
const worthTellingMs = 2000

/** Says that the live connection is away, once it lasts, and when server-sent events stand in for the WebSocket. */
export function ConnectionNote(): ReactNode {
  const { link, transport, endedBy } = useConnectionStatus()
  const online = useOnline()
  const away = link === 'waiting' || link === 'connecting'
  const [lasts, setLasts] = useState(false)
  useEffect(() => {
    if (!away) return
    const timer = setTimeout(() => setLasts(true), worthTellingMs)
    return () => {
      clearTimeout(timer)
      setLasts(false)
    }
  }, [away])
  const text =
    endedBy === closeCodes.tooMany.code ? (
      <Trans>Too many pages are open. Close one, and this one goes on.</Trans>
    ) : endedBy === closeCodes.wrongVersion.code ? (
      <Trans>This page is older than the server. Reload it.</Trans>
    ) : away && lasts ? (
      online ? (
        <Trans>Reconnecting…</Trans>
      ) : (
        <Trans>Offline. What you write is kept.</Trans>
      )
    ) : link === 'open' && transport === 'events' ? (
      <Trans>Live by server-sent events: something on the way blocks WebSockets.</Trans>
    ) : null
  return (
    <output className="block px-4 text-small text-warning">
      {text && <p className="appear py-2">{text}</p>}
    </output>
  )
}
