import { closeCodes } from '../../protocol/close-codes.ts'
import { runAfter } from '../base/clock.ts'
import type { Sleep } from '../base/clock.ts'
import { createListeners } from '../base/listeners.ts'
import type { SocketStatus } from './socket-options.ts'

/**
 * What the user is told about the connection. `silent`: the server owes a frame; `restored`: an interruption that was
 * shown has just ended.
 */
export type Interruption =
  | 'connecting'
  | 'offline'
  | 'reconnecting'
  | 'silent'
  | 'too-many-tabs'
  | 'new-version'
  | 'restored'

export interface InterruptionsOptions {
  status: () => SocketStatus
  onStatus: (listener: () => void) => () => void
  /** Asks the server of an open connection for a sign of life, or reconnects at once. */
  retryNow: (doubted?: boolean) => void
  /** Whether the browser has a network connection. */
  isOnline: () => boolean
  /** Adds a listener for changes of `isOnline`. */
  onNetwork: (listener: () => void) => () => void
  sleep: Sleep
}

export interface Interruptions {
  get: () => Interruption | null
  subscribe: (listener: () => void) => () => void
  close: () => void
}

/**
 * How long each interruption has to last before it is shown, ms. Those that are not named are shown at once: the server
 * has refused the page, or `silent` has lasted long enough.
 */
const delaysMs: Partial<Record<Interruption, number>> = {
  // The first connection of a page on a slow network.
  connecting: 3000,
  offline: 700,
  reconnecting: 1000,
}
/** How long the end of an interruption is shown, ms. */
const restoredMs = 3000

/**
 * Decides which interruption of the live connection the page shows. A short one is never shown. A shown one changes
 * into another or into `restored`, but does not disappear and come back.
 */
export function createInterruptions(options: InterruptionsOptions): Interruptions {
  const { status, onStatus, retryNow, isOnline, onNetwork, sleep } = options
  const changed = createListeners()
  let known: Interruption | null = null
  let shown: Interruption | null = null
  let wasOnline = isOnline()
  let cancelTimer = (): void => undefined

  const show = (next: Interruption | null): void => {
    if (shown === next) return
    shown = next
    changed.notify()
  }

  const update = (): void => {
    const next = interruptionOf(status(), isOnline())
    if (next === known) return
    const ended = known
    known = next
    cancelTimer()
    if (next !== null) {
      if (shown !== null) return show(next)
      const delayMs = delaysMs[next]
      if (delayMs === undefined) show(next)
      else cancelTimer = runAfter(sleep, delayMs, () => show(next))
    } else if (shown !== null && ended !== null) {
      if (!canBeRestored(ended)) return show(null)
      show('restored')
      cancelTimer = runAfter(sleep, restoredMs, () => show(null))
    }
  }

  const stopStatus = onStatus(update)
  const stopNetwork = onNetwork(() => {
    const online = isOnline()
    // A connection may have died unnoticed while the browser was offline: it has to prove itself before the user is
    // told that it works.
    if (online && !wasOnline) retryNow(true)
    wasOnline = online
    update()
  })
  update()

  return {
    get: () => shown,
    subscribe: changed.add,
    close() {
      stopStatus()
      stopNetwork()
      cancelTimer()
    },
  }
}

function interruptionOf(status: SocketStatus, online: boolean): Interruption | null {
  const closedBy = 'closedBy' in status ? status.closedBy : undefined
  if (closedBy === closeCodes.wrongVersion.code) return 'new-version'
  // Signed out: the page asks the user to sign in.
  if (status.state === 'ended') return null
  if (closedBy === closeCodes.tooMany.code) return 'too-many-tabs'
  if (!online) return 'offline'
  if (status.state === 'connecting') return 'connecting'
  if (status.state === 'waiting') return 'reconnecting'
  return 'silent' in status ? 'silent' : null
}

function canBeRestored(interruption: Interruption): boolean {
  return interruption === 'offline' || interruption === 'reconnecting' || interruption === 'silent'
}
