import { useSyncExternalStore } from 'react'
import { createListeners } from '../../../base/listeners.ts'

/** A message that the user opened from the results of a search. */
export interface FoundHit {
  messageId: string
  words: readonly string[]
}

let hit: FoundHit | undefined
const changed = createListeners()

/** Remembers the words to mark in the message. Opening the same message again is another hit. */
export function setFoundHit(next: FoundHit): void {
  hit = { ...next }
  changed.notify()
}

/** The hit if it is this message. */
export function useFoundHit(messageId: string | undefined): FoundHit | undefined {
  return useSyncExternalStore(changed.add, () => (hit?.messageId === messageId ? hit : undefined))
}
