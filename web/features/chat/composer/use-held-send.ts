import { useEffect, useEffectEvent, useRef } from 'react'

/**
 * A message may be sent before the page can send it: while its models or its chat are still being read. It is held, in
 * its field, and goes as soon as `ready`; writing on takes it back.
 */
export function useHeldSend(
  chatKey: string,
  ready: boolean,
  send: () => void,
): { send: () => void; takeBack: () => void } {
  const heldIn = useRef<string>(undefined)
  const go = useEffectEvent(() => {
    if (heldIn.current !== chatKey) return
    heldIn.current = undefined
    send()
  })
  useEffect(() => {
    if (ready) go()
  }, [ready])
  return {
    send() {
      if (ready) send()
      else heldIn.current = chatKey
    },
    takeBack() {
      heldIn.current = undefined
    },
  }
}
