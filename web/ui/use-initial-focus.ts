import { useEffect, useRef } from 'react'
import type { RefObject } from 'react'

/** Puts the focus into a field when it comes onto the page; not where a finger would get a keyboard for it. */
export function useInitialFocus<T extends HTMLElement>(): RefObject<T | null> {
  const ref = useRef<T>(null)
  useEffect(() => {
    if (!matchMedia('(pointer: coarse)').matches) ref.current?.focus()
  }, [])
  return ref
}
