import type { Clock } from '../base/clock.ts'
import type { Timers } from './timers.ts'
import type { Transport } from './transport.ts'
import { timing } from './wire-constants.ts'

/** Detects a connection that is lost without being closed, by its silence. */
export interface LinkWatch {
  /** Starts watching a new connection. */
  start: (link: Transport) => void
  /** A frame has arrived. */
  frameReceived: () => void
  /** The followed runs have changed. The server sends frames more often while there are any. */
  followsChanged: () => void
  /** Whether the connection has delivered frames for longer than the longest allowed silence. */
  isStable: () => boolean
}

export interface LinkWatchOptions {
  timers: Timers
  clock: Pick<Clock, 'monotonic'>
  follows: () => unknown[]
  /** Longest time without a frame while a run is followed, ms. */
  silenceMs: number
  onSilent: () => void
}

export function watchLink({ timers, clock, follows, silenceMs, onSilent }: LinkWatchOptions): LinkWatch {
  let link: Transport | undefined
  let heardAt = 0
  let beganAt = 0

  const watchSilence = (): void => {
    // Each poll has its own deadline.
    if (follows().length === 0 || link?.kind === 'polls') return timers.drop('silence')
    const left = heardAt + silenceMs - clock.monotonic()
    timers.set('silence', Math.max(left, 0), () => {
      if (clock.monotonic() - heardAt >= silenceMs) onSilent()
      else watchSilence()
    })
  }

  const keepAlive = (): void => {
    timers.set('ping', timing.pingMs, () => {
      if (clock.monotonic() - heardAt > 3 * timing.pingMs) return onSilent()
      link?.send({ t: 'ping' })
      keepAlive()
    })
  }

  return {
    start(begun) {
      link = begun
      heardAt = beganAt = clock.monotonic()
      watchSilence()
      if (link.kind === 'socket') keepAlive()
    },
    frameReceived() {
      heardAt = clock.monotonic()
    },
    followsChanged() {
      if (!timers.has('silence')) heardAt = clock.monotonic()
      watchSilence()
    },
    isStable: () => heardAt - beganAt > silenceMs,
  }
}
