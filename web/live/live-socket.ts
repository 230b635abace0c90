import { closeCodes, onClose } from '../../protocol/close-codes.ts'
import type { ClientFrame, ServerFrame } from '../../protocol/frames.ts'
import { createTransportChoice } from './transport-choice.ts'
import { sleep as realSleep, systemClock } from '../base/clock.ts'
import { openLink } from './open-link.ts'
import { createPageProof } from './page-proof.ts'
import { createReconnectBackoff } from './reconnect-backoff.ts'
import type { SocketOptions, SocketStatus } from './socket-options.ts'
import { createTimers } from './timers.ts'
import type { Transport } from './transport.ts'
import { watchLink } from './watch-link.ts'
import { timing } from './wire-constants.ts'

export interface LiveSocket {
  /** Connects. After `ended`, call it again once the user has signed in. */
  open: () => void
  status: () => SocketStatus
  /** Returns false if the frame was not sent: there is no connection, or the transport only receives. */
  send: (frame: ClientFrame) => boolean
  /** The result of `follows` has changed. */
  followsChanged: () => void
  /**
   * Retries at once if the socket is waiting to retry, and asks the server of an open one for a sign of life.
   * `doubted`: the connection counts as silent until that has arrived.
   */
  retryNow: (doubted?: boolean) => void
  close: () => void
}

/** After an outage longer than this, in ms, failed WebSockets do not prove that WebSockets are blocked. */
const outageMs = 2000
/** Time until a better transport is tried after an outage longer than `outageMs`, ms. */
const probeAfterOutageMs = 1000

/**
 * Keeps one connection to the server open. It reconnects with full jitter, falls back to another transport while a
 * better one is blocked (and returns to it once it works), and treats silence while a run is followed as a lost
 * connection.
 */
export function createLiveSocket(options: SocketOptions): LiveSocket {
  const { random = Math.random, welcomeMs = 5000, silenceMs = timing.reconnectAfterMs } = options
  const { probeMs = 60_000, maxRetryMs = 10_000, clock = systemClock, sleep = realSleep } = options
  let status: SocketStatus = { state: 'connecting' }
  let current: Transport | undefined
  let probe: Transport | undefined
  let offlineSince = clock.monotonic()
  const choice = createTransportChoice()
  const pauses = createReconnectBackoff({ random, initialMs: timing.firstRetryMs, maxMs: maxRetryMs })
  const proof = createPageProof(options.prove)
  const timers = createTimers(sleep)
  const watch = watchLink({
    timers,
    clock,
    follows: options.follows,
    silenceMs,
    onDoubt: (silent) => status.state === 'open' && setOpen(status.transport, silent),
    onSilent() {
      if (current) choice.reportLost(current.kind, 'silent', true)
      lost(1006)
    },
  })

  const setStatus = (next: SocketStatus): void => {
    status = next
    options.onStatus(status)
  }

  const setOpen = (transport: Transport['kind'], silent: boolean): void =>
    setStatus({ state: 'open', transport, ...(silent ? { silent } : {}) })

  const drop = (): void => {
    current?.close()
    probe?.close()
    current = probe = undefined
    timers.clear()
  }

  const lost = (code: number): void => {
    drop()
    if (!onClose(code).reconnect) return setStatus({ state: 'ended', closedBy: code })
    if (status.state === 'open') offlineSince = clock.monotonic()
    // Keep reporting `tooMany` until the page is admitted, even if the next attempt fails for another reason.
    const before = status.state === 'waiting' ? status.closedBy : undefined
    setStatus({ state: 'waiting', closedBy: code === closeCodes.tooMany.code ? code : before })
    timers.set('retry', pauses.next(), connect)
  }

  const adopt = (link: Transport): void => {
    const beside = link === probe
    if (beside) probe = undefined
    if (beside) drop()
    current = link
    pauses.reset()
    choice.reportConnected(link.kind, beside)
    watch.start(link)
    const outage = status.state !== 'open' && clock.monotonic() - offlineSince > outageMs
    if (link.kind !== 'socket') {
      timers.set('probe', outage ? Math.min(probeAfterOutageMs, probeMs) : probeMs, tryUpgrade)
    }
    setOpen(link.kind, false)
  }

  const receive = (frame: ServerFrame): void => {
    watch.frameReceived()
    if (current && watch.isStable()) choice.reportStable(current.kind)
    if (frame.t === 'bye') pauses.waitAtLeast(frame.afterMs)
    options.onFrame(frame)
  }

  const open = (kind: Transport['kind']): Transport => {
    const terms = { ...options, clock, sleep, welcomeMs, proof }
    const link: Transport = openLink(kind, terms, {
      onWelcome: () => adopt(link),
      onFrame: receive,
      onLost(code, how, welcomed) {
        choice.reportLost(kind, how, welcomed)
        if (link === current) return lost(code)
        probe = undefined
        // A proxy rarely changes, so the next try waits five times as long. While polling, a WebSocket and an event
        // stream are tried in turn, and only the failure of both causes the longer wait.
        const times = current?.kind === 'polls' && kind === 'socket' ? 1 : 5
        timers.set('probe', probeMs * times, tryUpgrade)
      },
    })
    return link
  }

  const connect = (): void => {
    current = open(choice.next())
  }

  const tryUpgrade = (): void => {
    if (current) probe = open(choice.nextUpgrade(current.kind))
  }

  return {
    open() {
      drop()
      pauses.reset()
      offlineSince = clock.monotonic()
      setStatus({ state: 'connecting' })
      connect()
    },
    status: () => status,
    send(frame) {
      const sent = current?.send(frame) ?? false
      if (sent && 'ref' in frame) watch.replyExpected()
      return sent
    },
    followsChanged() {
      if (status.state !== 'open') return
      watch.followsChanged()
      if (!current || current.kind === 'socket') return
      const { kind } = current
      // The address of a stream or poll lists the followed runs. Several changes in a row cause one new request.
      timers.set('reopen', 20, () => {
        drop()
        current = open(kind)
      })
    },
    retryNow(doubted) {
      if (status.state === 'open') return watch.check(doubted)
      // An attempt that is already in progress is not repeated.
      if (!timers.has('retry')) return
      pauses.reset()
      timers.clear()
      connect()
    },
    close() {
      drop()
      setStatus({ state: 'ended', closedBy: undefined })
    },
  }
}
