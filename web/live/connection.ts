import { onClose } from '../../protocol/close-codes.ts'
import type { ClientFrame } from '../../protocol/frames.ts'
import type { ConnectionOptions, ConnectionStatus } from './connection-options.ts'
import { openLink } from './open-link.ts'
import type { Transport } from './transport.ts'
import { timing } from './wire-constants.ts'

export interface Connection {
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
export function openConnection(options: ConnectionOptions): Connection {
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
    const wait =
      byeAfterMs === null
        ? random() * Math.min(timing.firstRetryMs * 2 ** attempt, maxRetryMs)
        : byeAfterMs + random() * timing.firstRetryMs
    byeAfterMs = null
    attempt++
    set({ link: 'waiting' })
    timers.set('retry', wait, connect)
  }

  const adopt = (link: Transport, instance: string): void => {
    current = link
    attempt = 0
    if (link.kind === 'socket') socketFailures = 0
    heardAt = performance.now()
    watchSilence()
    if (link.kind === 'events') timers.set('probe', probeMs, probeSocket)
    else keepAlive()
    set({ link: 'open', transport: link.kind, instance })
  }

  const open = (kind: Transport['kind']): Transport => {
    const link: Transport = openLink(kind, options, welcomeMs, {
      onWelcome: (frame) => adopt(link, frame.instance),
      onFrame(frame) {
        heardAt = performance.now()
        if (frame.t === 'bye') byeAfterMs = frame.afterMs
        options.onFrame(frame)
      },
      onLost(code, welcomed) {
        if (kind === 'socket' && !welcomed) socketFailures++
        if (link === current) lost(code)
      },
    })
    return link
  }

  const connect = (): void => {
    const kind = socketFailures >= failuresBeforeEvents && lastTry === 'socket' ? 'events' : 'socket'
    lastTry = kind
    current = open(kind)
  }

  const probeSocket = (): void => {
    const link: Transport = openLink('socket', options, welcomeMs, {
      onWelcome(frame) {
        probe = null
        drop()
        adopt(link, frame.instance)
      },
      onFrame(frame) {
        heardAt = performance.now()
        if (frame.t === 'bye') byeAfterMs = frame.afterMs
        options.onFrame(frame)
      },
      onLost(code) {
        if (link === current) return lost(code)
        probe = null
        // Each failure makes the next probe rarer: a proxy does not change often.
        timers.set('probe', probeMs * 5, probeSocket)
      },
    })
    probe = link
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

  connect()
  return {
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

type TimerName = 'retry' | 'silence' | 'ping' | 'probe' | 'reopen'

interface Timers {
  set: (name: TimerName, ms: number, run: () => void) => void
  drop: (name: TimerName) => void
  has: (name: TimerName) => boolean
  clear: () => void
}

function createTimers(): Timers {
  const running = new Map<TimerName, ReturnType<typeof setTimeout>>()
  const drop = (name: TimerName): void => {
    clearTimeout(running.get(name))
    running.delete(name)
  }
  return {
    set(name, ms, run) {
      drop(name)
      running.set(
        name,
        setTimeout(() => {
          running.delete(name)
          run()
        }, ms),
      )
    },
    drop,
    has: (name) => running.has(name),
    clear() {
      for (const name of running.keys()) drop(name)
    },
  }
}
