import { closeCodes, onClose } from '../../protocol/close-codes.ts'
import type { ClientFrame, ServerFrame } from '../../protocol/frames.ts'
import type { ConnectionOptions, ConnectionStatus } from './connection-options.ts'
import { createTransportChoice } from './choose-transport.ts'
import { createTimers } from './create-timers.ts'
import { openLink } from './open-link.ts'
import type { Transport } from './transport.ts'
import { createPageProof } from './page-proof.ts'
import { watchLink } from './watch-link.ts'
import { timing } from './wire-constants.ts'

export interface Connection {
  /** Connects; after `ended`, again: somebody has signed in. */
  open: () => void
  status: () => ConnectionStatus
  /** False when it did not go: there is no link, or it is one way only. */
  send: (frame: ClientFrame) => boolean
  /** What is followed has changed. */
  followsChanged: () => void
  /** Tries at once, where a try was waiting. */
  hurry: () => void
  close: () => void
}

/** Whoever was away for longer has lost more than a connection: that no WebSocket got through says nothing then, ms. */
const outageMs = 2000
/** After an outage a better way is tried so soon, ms. */
const soonMs = 1000

/**
 * Keeps one way to the server open: comes back with full jitter, changes to a lesser way where a better one does not
 * get through (and back once it does), and takes silence while a run is followed for a lost link.
 */
export function createConnection(options: ConnectionOptions): Connection {
  const { random = Math.random, welcomeMs = 5000, silenceMs = timing.reconnectAfterMs } = options
  const { probeMs = 60_000, maxRetryMs = 10_000 } = options
  let status: ConnectionStatus = { link: 'connecting', transport: 'socket', instance: null, endedBy: null }
  let current: Transport | null = null
  let probe: Transport | null = null
  const choice = createTransportChoice()
  let attempt = 0
  let awaySince = performance.now()
  let byeAfterMs: number | null = null
  const proof = createPageProof(options.prove)
  const timers = createTimers()
  const watch = watchLink({
    timers,
    follows: options.follows,
    silenceMs,
    onSilent() {
      if (current) choice.lost(current.kind, 'silent', true)
      lost(1006)
    },
  })

  const set = (patch: Partial<ConnectionStatus>): void => {
    status = { ...status, ...patch }
    options.onStatus(status)
  }

  const drop = (): void => {
    current?.close()
    probe?.close()
    current = probe = null
    timers.clear()
  }

  const lost = (code: number): void => {
    drop()
    if (!onClose(code).reconnect) return set({ link: 'ended', endedBy: code })
    if (status.link === 'open') awaySince = performance.now()
    const told = byeAfterMs
    byeAfterMs = null
    // Full jitter: whoever lost the same instance comes back spread over the whole time.
    const spread = Math.min(timing.firstRetryMs * 2 ** (told === null ? attempt++ : 0), maxRetryMs)
    // Said until there is room again, also where the next try fails for another reason.
    set({ link: 'waiting', ...(code === closeCodes.tooMany.code ? { endedBy: code } : {}) })
    timers.set('retry', (told ?? 0) + random() * spread, connect)
  }

  const adopt = (link: Transport, instance: string): void => {
    const beside = link === probe
    if (beside) {
      probe = null
      drop()
    }
    current = link
    attempt = 0
    choice.works(link.kind, beside)
    watch.begin(link)
    const outage = status.link !== 'open' && performance.now() - awaySince > outageMs
    if (link.kind !== 'socket') {
      timers.set('probe', outage ? Math.min(soonMs, probeMs) : probeMs, tryBetter)
    }
    set({ link: 'open', transport: link.kind, instance, endedBy: null })
  }

  const hear = (frame: ServerFrame): void => {
    watch.heard()
    if (current && watch.lasts()) choice.lasts(current.kind)
    if (frame.t === 'bye') byeAfterMs = frame.afterMs
    options.onFrame(frame)
  }

  const open = (kind: Transport['kind']): Transport => {
    const terms = { ...options, welcomeMs, proof }
    const link: Transport = openLink(kind, terms, {
      onWelcome: (frame) => adopt(link, frame.instance),
      onFrame: hear,
      onLost(code, how, welcomed) {
        choice.lost(kind, how, welcomed)
        if (link === current) return lost(code)
        probe = null
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
      attempt = 0
      awaySince = performance.now()
      set({ link: 'connecting', endedBy: null })
      connect()
    },
    status: () => status,
    send: (frame) => current?.send(frame) ?? false,
    followsChanged() {
      if (status.link !== 'open') return
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
      if (status.link !== 'waiting') return
      attempt = 0
      timers.clear()
      connect()
    },
    close() {
      drop()
      set({ link: 'ended' })
    },
  }
}
