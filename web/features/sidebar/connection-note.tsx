import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { Trans } from '@lingui/react/macro'
import { closeCodes } from '../../../protocol/close-codes.ts'
import { useSocketStatus } from '../chat/state/live-context.tsx'
import { useOnline } from '../chat/state/use-online.ts'

/** Interruptions shorter than this are not shown, ms. */
const noteDelayMs = 2000

/** Shows that the live connection is lost, once that has lasted a while, and which fallback replaces the WebSocket. */
export function ConnectionNote(): ReactNode {
  const status = useSocketStatus()
  const transport = status.state === 'open' ? status.transport : undefined
  const closedBy = 'closedBy' in status ? status.closedBy : undefined
  const online = useOnline()
  const isDisconnected = status.state === 'waiting' || status.state === 'connecting'
  const isFallback = transport !== undefined && transport !== 'socket'
  const [lasts, setLasts] = useState(false)
  const problem = isDisconnected ? 'away' : isFallback ? transport : null
  useEffect(() => {
    if (problem === null) return
    const timer = setTimeout(() => setLasts(true), noteDelayMs)
    return () => {
      clearTimeout(timer)
      setLasts(false)
    }
  }, [problem])
  const text =
    closedBy === closeCodes.tooMany.code ? (
      <Trans>You have too many tabs open. Close one to continue here.</Trans>
    ) : closedBy === closeCodes.wrongVersion.code ? (
      <Trans>A new version is available. Reload this page.</Trans>
    ) : isDisconnected && lasts ? (
      online ? (
        <Trans>Reconnecting…</Trans>
      ) : (
        <Trans>You’re offline. Your draft is saved.</Trans>
      )
    ) : isFallback && lasts && transport === 'events' ? (
      <Trans>WebSockets are blocked on this network. Using a fallback.</Trans>
    ) : isFallback && lasts ? (
      <Trans>Live updates are blocked on this network. Answers update about once a second.</Trans>
    ) : null
  return (
    <output className="block px-4 text-small text-warning">
      {text && <p className="appear py-2">{text}</p>}
    </output>
  )
}
