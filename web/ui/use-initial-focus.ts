import { useEffect, useRef } from 'react'
import type { RefObject } from 'react'

/** Focuses a field when it is mounted, except on touch screens, where the focus would open the on-screen keyboard. */
export function useInitialFocus<T extends HTMLElement>(): RefObject<T | null> {
  const ref = useRef<T>(null)
  useEffect(() => {
    if (!matchMedia('(pointer: coarse)').matches) ref.current?.focus()
  }, [])
  return ref
}
