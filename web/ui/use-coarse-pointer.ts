import { useSyncExternalStore } from 'react'

let query: MediaQueryList | undefined
const coarse = (): MediaQueryList => (query ??= matchMedia('(pointer: coarse)'))

/** Whether a finger is what points here; follows a mouse that is plugged in. */
export function useCoarsePointer(): boolean {
  return useSyncExternalStore(
    (changed) => {
      coarse().addEventListener('change', changed)
      return () => coarse().removeEventListener('change', changed)
    },
    () => coarse().matches,
  )
}
