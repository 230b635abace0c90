import { useSyncExternalStore } from 'react'

let query: MediaQueryList | undefined
const coarse = (): MediaQueryList => (query ??= matchMedia('(pointer: coarse)'))

/** Whether the main pointer is a finger. Updates when a mouse is plugged in or removed. */
export function useCoarsePointer(): boolean {
  return useSyncExternalStore(
    (changed) => {
      coarse().addEventListener('change', changed)
      return () => coarse().removeEventListener('change', changed)
    },
    () => coarse().matches,
  )
}
