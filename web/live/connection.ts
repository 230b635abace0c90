import { closeCodes, onClose } from '../../protocol/close-codes.ts'
import type { ClientFrame, ServerFrame } from '../../protocol/frames.ts'
import type { ConnectionOptions, ConnectionStatus } from './connection-options.ts'
import { createTimers } from './create-timers.ts'
import { openLink } from './open-link.ts'
import type { Transport } from './transport.ts'
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

/** Two WebSockets in a row that never got a welcome: something between here and the server does not let them through. */
const failuresBeforeEvents = 2

/**
 * Keeps one way to the server open: comes back with full jitter, changes to server-sent events where WebSockets do not
 * get through (and back once they do), and takes silence while a run is followed for a lost link.
 */
export function createConnection(options: ConnectionOptions): Connection {
  const { random = Math.random, welcomeMs = 5000, silenceMs = timing.reconnectAfterMs } = options
  const { probeMs = 60_000, maxRetryMs = 10_000 } = options
  let status: ConnectionStatus = { link: 'connecting', transport: 'socket', instance: null, endedBy: null }
  let current: Transport | null = null
  let probe: Transport | null = null
  let socketFailures = 0
  let lastTry: Transport['kind'] = 'events'
  let attempt = 0
  let byeAfterMs: number | null = null
  let heardAt = 0
  const timers = createTimers()

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
    const told = byeAfterMs
    byeAfterMs = null
    // Full jitter: whoever lost the same instance comes back spread over the whole time.
    const spread = Math.min(timing.firstRetryMs * 2 ** (told === null ? attempt++ : 0), maxRetryMs)
    // Said until there is room again, also where the next try fails for another reason.
    set({ link: 'waiting', ...(code === closeCodes.tooMany.code ? { endedBy: code } : {}) })
    timers.set('retry', (told ?? 0) + random() * spread, connect)
  }

  const adopt = (link: Transport, instance: string): void => {
    if (link === probe) {
      probe = null
      drop()
    }
    current = link
    attempt = 0
    if (link.kind === 'socket') socketFailures = 0
    heardAt = performance.now()
    watchSilence()
    if (link.kind === 'events') timers.set('probe', probeMs, probeSocket)
    else keepAlive()
    set({ link: 'open', transport: link.kind, instance, endedBy: null })
  }

  const hear = (frame: ServerFrame): void => {
    heardAt = performance.now()
    if (frame.t === 'bye') byeAfterMs = frame.afterMs
    options.onFrame(frame)
  }

  const open = (kind: Transport['kind']): Transport => {
    const link: Transport = openLink(kind, options, welcomeMs, {
      onWelcome: (frame) => adopt(link, frame.instance),
      onFrame: hear,
      onLost(code, welcomed) {
        if (kind === 'socket' && !welcomed) socketFailures++
        if (link === current) return lost(code)
        probe = null
        // A proxy does not change often.
        timers.set('probe', probeMs * 5, probeSocket)
      },
    })
    return link
  }

  const connect = (): void => {
    lastTry = socketFailures >= failuresBeforeEvents && lastTry === 'socket' ? 'events' : 'socket'
    current = open(lastTry)
  }

  const probeSocket = (): void => {
    probe = open('socket')
  }

  const watchSilence = (): void => {
    if (options.follows().length === 0) return timers.drop('silence')
    const left = heardAt + silenceMs - performance.now()
    timers.set('silence', Math.max(left, 0), () => {
      if (performance.now() - heardAt >= silenceMs) lost(1006)
      else watchSilence()
    })
  }

  const keepAlive = (): void => {
    timers.set('ping', timing.pingMs, () => {
      if (performance.now() - heardAt > 3 * timing.pingMs) return lost(1006)
      current?.send({ t: 'ping' })
      keepAlive()
    })
  }

  return {
    open() {
      drop()
      attempt = 0
      set({ link: 'connecting', endedBy: null })
      connect()
    },
    status: () => status,
    send: (frame) => current?.send(frame) ?? false,
    followsChanged() {
      if (status.link !== 'open') return
      if (!timers.has('silence')) heardAt = performance.now()
      watchSilence()
      if (current?.kind !== 'events') return
      // Their address names what is followed; several changes in a row make one new request.
      timers.set('reopen', 20, () => {
        drop()
        current = open('events')
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
