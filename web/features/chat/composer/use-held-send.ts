import { useEffect, useEffectEvent, useRef } from 'react'

/**
 * Lets the user send a message while the page still loads its models or its chat. The message stays in the field and is
 * sent once `ready`; typing cancels that.
 */
export function useHeldSend(
  chatKey: string,
  ready: boolean,
  send: () => void,
): { send: () => void; cancel: () => void } {
  const heldIn = useRef<string>(undefined)
  const sendHeld = useEffectEvent(() => {
    if (heldIn.current !== chatKey) return
    heldIn.current = undefined
    send()
  })
  useEffect(() => {
    if (ready) sendHeld()
  }, [ready])
  return {
    send() {
      if (ready) send()
      else heldIn.current = chatKey
    },
    cancel() {
      heldIn.current = undefined
    },
  }
}
