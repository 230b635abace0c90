import type { Clock } from '../base/clock.ts'
import type { Timers } from './timers.ts'
import type { Transport } from './transport.ts'
import { timing } from './wire-constants.ts'

/** Takes silence for a lost link. */
export interface LinkWatch {
  /** A link works from now on. */
  begin: (link: Transport) => void
  /** Something was heard on it. */
  heard: () => void
  /** What is followed has changed: the server says something more often, or need not any more. */
  followsChanged: () => void
  /** The link has carried frames for longer than a silence may last. */
  lasts: () => boolean
}

export interface LinkWatchOptions {
  timers: Timers
  clock: Pick<Clock, 'monotonic'>
  follows: () => unknown[]
  /** Longest silence while a run is followed, ms. */
  silenceMs: number
  onSilent: () => void
}

export function watchLink({ timers, clock, follows, silenceMs, onSilent }: LinkWatchOptions): LinkWatch {
  let link: Transport | undefined
  let heardAt = 0
  let beganAt = 0

  const watchSilence = (): void => {
    // A poll has a deadline of its own.
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
    begin(begun) {
      link = begun
      heardAt = beganAt = clock.monotonic()
      watchSilence()
      if (link.kind === 'socket') keepAlive()
    },
    heard() {
      heardAt = clock.monotonic()
    },
    followsChanged() {
      if (!timers.has('silence')) heardAt = clock.monotonic()
      watchSilence()
    },
    lasts: () => heardAt - beganAt > silenceMs,
  }
}
