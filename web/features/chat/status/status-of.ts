import type { RunLink } from '../../../live/followed-run.ts'
import type { Interruption } from '../../../live/interruptions.ts'

/** What the status line says: about the connection of the page, or about the server of the answer on the screen. */
export type Status = Interruption | 'moving' | 'moved' | 'delayed'

/**
 * The most important of the states that apply. Without a connection the page does not know whether the answer moves;
 * that it has moved says more than that the connection works again.
 */
export function statusOf(
  interruption: Interruption | null,
  link: RunLink | null,
  hasMoved: boolean,
): Status | null {
  if (interruption !== null && interruption !== 'restored') return interruption
  if (link === 'moving') return 'moving'
  if (hasMoved) return 'moved'
  if (link === 'stalled') return 'delayed'
  return interruption
}

/** Whether this change means that an answer is now written by another server. */
export function hasJustMoved(before: RunLink | null, now: RunLink | null): boolean {
  return before !== now && (now === 'moved' || (before === 'moving' && now === 'live'))
}
