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
  /** A frame was sent that the server replies to. */
  replyExpected: () => void
  /**
   * Asks the server whether it is still there, because somebody is about to rely on it. `doubted`: there is a reason to
   * doubt it, so the connection counts as silent until the server has answered.
   */
  check: (doubted?: boolean) => void
  /** Whether the connection has delivered frames for longer than the longest allowed silence. */
  isStable: () => boolean
}

export interface LinkWatchOptions {
  timers: Timers
  clock: Pick<Clock, 'monotonic'>
  follows: () => unknown[]
  /** Longest time without a frame that the server owes, ms. */
  silenceMs: number
  /** The server owes a frame and is late with it, or has now sent one. */
  onDoubt: (silent: boolean) => void
  /** The silence has lasted for `silenceMs`: the connection is lost. */
  onSilent: () => void
}

/**
 * While a run is followed, the page asks after this time without a frame, ms. The server would send one by itself only
 * after `followedSilenceMs`.
 */
const askAfterMs = 1500
/** Time without an owed frame after which the connection counts as silent, ms: an answered question takes less. */
const silentAfterMs = 2500
/** The same as `silentAfterMs` for a transport on which the page cannot ask, ms. */
const silentUnaskedMs = timing.followedSilenceMs + 1500
/** A server that has sent a frame within this time is not asked, ms. */
const trustedMs = 5000

export function watchLink(options: LinkWatchOptions): LinkWatch {
  const { timers, clock, follows, silenceMs, onDoubt, onSilent } = options
  let link: Transport | undefined
  let heardAt = 0
  let beganAt = 0
  /** Since when the page has waited for a reply; undefined once the server has sent a frame. */
  let awaitedAt: number | undefined
  /** Whether the page has asked since the last frame. */
  let asked = false
  /** Since when at least one run has been followed on this connection. */
  let followedAt: number | undefined
  let silent = false

  const setSilent = (value: boolean): void => {
    if (silent === value) return
    silent = value
    onDoubt(value)
  }

  const ask = (): void => {
    asked ||= link?.send({ t: 'ping' }) ?? false
  }

  /** Since when the server has owed a frame; undefined if it owes none. */
  const owedSince = (): number | undefined =>
    followedAt === undefined ? awaitedAt : Math.max(heardAt, followedAt)

  const countFollows = (): void => {
    if (follows().length === 0) followedAt = undefined
    else followedAt ??= clock.monotonic()
  }

  const watchSilence = (): void => {
    const since = owedSince()
    // Each poll has its own deadline.
    if (since === undefined || link?.kind === 'polls') return timers.drop('silence')
    const passed = clock.monotonic() - since
    const doubtMs = Math.min(link?.kind === 'socket' ? silentAfterMs : silentUnaskedMs, silenceMs)
    if (passed >= silenceMs) return onSilent()
    if (passed >= doubtMs) setSilent(true)
    else if (passed >= askAfterMs) ask()
    const next = passed >= doubtMs ? silenceMs : passed >= askAfterMs ? doubtMs : askAfterMs
    timers.set('silence', next - passed, watchSilence)
  }

  const replyExpected = (): void => {
    awaitedAt ??= clock.monotonic()
    watchSilence()
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
      awaitedAt = followedAt = undefined
      asked = silent = false
      countFollows()
      watchSilence()
      if (link.kind === 'socket') keepAlive()
    },
    frameReceived() {
      heardAt = clock.monotonic()
      awaitedAt = undefined
      asked = false
      setSilent(false)
    },
    followsChanged() {
      countFollows()
      watchSilence()
    },
    replyExpected,
    check(doubted = false) {
      if (link?.kind !== 'socket' || (!doubted && clock.monotonic() - heardAt < trustedMs)) return
      ask()
      replyExpected()
      if (doubted) setSilent(true)
    },
    isStable: () => heardAt - beganAt > silenceMs,
  }
}
