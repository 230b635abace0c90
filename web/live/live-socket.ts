import { closeCodes, onClose } from '../../protocol/close-codes.ts'
import type { ClientFrame, ServerFrame } from '../../protocol/frames.ts'
import { createTransportChoice } from './choose-transport.ts'
import { sleep as realSleep, systemClock } from '../base/clock.ts'
import { openLink } from './open-link.ts'
import { createPageProof } from './page-proof.ts'
import { createRetryPauses } from './retry-pauses.ts'
import type { SocketOptions, SocketStatus } from './socket-options.ts'
import { createTimers } from './timers.ts'
import type { Transport } from './transport.ts'
import { watchLink } from './watch-link.ts'
import { timing } from './wire-constants.ts'

export interface LiveSocket {
  /** Connects; after `ended`, again: somebody has signed in. */
  open: () => void
  status: () => SocketStatus
  /** False when it did not go: there is no link, or it is one way only. */
  send: (frame: ClientFrame) => boolean
  /** What is followed has changed. */
  followsChanged: () => void
  /** Tries at once, where a try was waiting. */
  hurry: () => void
  close: () => void
}

/** After a longer outage it says nothing about WebSockets that none got through, ms. */
const outageMs = 2000
/** How soon after an outage a better way is tried, ms. */
const soonMs = 1000

/**
 * Keeps one way to the server open: reconnects after full jitter, changes to a lesser way where a better one does not
 * get through (and back once it does), and takes silence while a run is followed for a lost link.
 */
export function createLiveSocket(options: SocketOptions): LiveSocket {
  const { random = Math.random, welcomeMs = 5000, silenceMs = timing.reconnectAfterMs } = options
  const { probeMs = 60_000, maxRetryMs = 10_000, clock = systemClock, sleep = realSleep } = options
  let status: SocketStatus = { state: 'connecting' }
  let current: Transport | undefined
  let probe: Transport | undefined
  let awaySince = clock.monotonic()
  const choice = createTransportChoice()
  const pauses = createRetryPauses({ random, firstMs: timing.firstRetryMs, maxMs: maxRetryMs })
  const proof = createPageProof(options.prove)
  const timers = createTimers(sleep)
  const watch = watchLink({
    timers,
    clock,
    follows: options.follows,
    silenceMs,
    onSilent() {
      if (current) choice.lost(current.kind, 'silent', true)
      lost(1006)
    },
  })

  const enter = (next: SocketStatus): void => {
    status = next
    options.onStatus(status)
  }

  const drop = (): void => {
    current?.close()
    probe?.close()
    current = probe = undefined
    timers.clear()
  }

  const lost = (code: number): void => {
    drop()
    if (!onClose(code).reconnect) return enter({ state: 'ended', closedBy: code })
    if (status.state === 'open') awaySince = clock.monotonic()
    // That there are too many pages is said until there is room, also where the next try fails for another reason.
    const before = status.state === 'waiting' ? status.closedBy : undefined
    enter({ state: 'waiting', closedBy: code === closeCodes.tooMany.code ? code : before })
    timers.set('retry', pauses.next(), connect)
  }

  const adopt = (link: Transport): void => {
    const beside = link === probe
    if (beside) {
      probe = undefined
      drop()
    }
    current = link
    pauses.reset()
    choice.works(link.kind, beside)
    watch.begin(link)
    const outage = status.state !== 'open' && clock.monotonic() - awaySince > outageMs
    if (link.kind !== 'socket') {
      timers.set('probe', outage ? Math.min(soonMs, probeMs) : probeMs, tryBetter)
    }
    enter({ state: 'open', transport: link.kind })
  }

  const hear = (frame: ServerFrame): void => {
    watch.heard()
    if (current && watch.lasts()) choice.lasts(current.kind)
    if (frame.t === 'bye') pauses.comeBackAfter(frame.afterMs)
    options.onFrame(frame)
  }

  const open = (kind: Transport['kind']): Transport => {
    const terms = { ...options, clock, sleep, welcomeMs, proof }
    const link: Transport = openLink(kind, terms, {
      onWelcome: () => adopt(link),
      onFrame: hear,
      onLost(code, how, welcomed) {
        choice.lost(kind, how, welcomed)
        if (link === current) return lost(code)
        probe = undefined
        // A proxy does not change often; but what polls stand in for are two ways, tried in turn.
        const times = current?.kind === 'polls' && kind === 'socket' ? 1 : 5
        timers.set('probe', probeMs * times, tryBetter)
      },
    })
    return link
  }

  const connect = (): void => {
    current = open(choice.next())
  }

  const tryBetter = (): void => {
    if (current) probe = open(choice.better(current.kind))
  }

  return {
    open() {
      drop()
      pauses.reset()
      awaySince = clock.monotonic()
      enter({ state: 'connecting' })
      connect()
    },
    status: () => status,
    send: (frame) => current?.send(frame) ?? false,
    followsChanged() {
      if (status.state !== 'open') return
      watch.followsChanged()
      if (!current || current.kind === 'socket') return
      const { kind } = current
      // Their address names what is followed; several changes in a row make one new request.
      timers.set('reopen', 20, () => {
        drop()
        current = open(kind)
      })
    },
    hurry() {
      // A try that is on its way already is not doubled.
      if (!timers.has('retry')) return
      pauses.reset()
      timers.clear()
      connect()
    },
    close() {
      drop()
      enter({ state: 'ended', closedBy: undefined })
    },
  }
}
