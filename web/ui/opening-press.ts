/** How long after the press that opened something is lifted a browser may still make a click of it, ms. */
const lateClickMs = 700

/** The pointers that are down now, with the place where each of them last was. */
const down = new Map<number, { x: number; y: number }>()
let touching = false

addEventListener('pointerdown', placed, { capture: true, passive: true })
addEventListener('pointermove', moved, { capture: true, passive: true })
addEventListener('pointerup', lifted, { capture: true, passive: true })
addEventListener('pointercancel', lifted, { capture: true, passive: true })
// A browser may cancel the pointer of a long press and report the finger by these alone.
for (const type of ['touchstart', 'touchend', 'touchcancel'] as const)
  addEventListener(type, (event) => (touching = event.touches.length > 0), { capture: true, passive: true })

function placed(event: PointerEvent): void {
  // A first pointer is the only one: the end of an earlier one did not reach the page.
  if (event.isPrimary) down.clear()
  down.set(event.pointerId, { x: event.clientX, y: event.clientY })
}
function moved(event: PointerEvent): void {
  if (down.has(event.pointerId)) down.set(event.pointerId, { x: event.clientX, y: event.clientY })
}
function lifted(event: PointerEvent): void {
  down.delete(event.pointerId)
}

/** Where the page is being pressed at this moment, if it is. */
export function pressedPlaces(): { x: number; y: number }[] {
  return [...down.values()]
}

/**
 * Something opens under a finger that is still down (a long press): the click that the browser makes when this finger
 * is lifted was never meant for it. Swallows that click; a new press, and a keyboard or screen reader, count at once.
 * Call it when the thing opens; without a press at that moment it does nothing. Returns how to end it.
 */
export function ignoreOpeningPress(element: HTMLElement): () => void {
  if (down.size === 0 && !touching) return () => undefined
  const stop = new AbortController()
  const options = { capture: true, signal: stop.signal }
  let liftedAt: number | undefined
  const onLift = (event: Event): void => {
    liftedAt = event.timeStamp
  }
  const onClick = (event: MouseEvent): void => {
    // Keyboards and screen readers.
    if (event.detail === 0) return
    const late = liftedAt !== undefined && event.timeStamp - liftedAt > lateClickMs
    if (late) return stop.abort()
    event.preventDefault()
    event.stopImmediatePropagation()
  }
  for (const type of ['pointerup', 'pointercancel', 'touchend', 'touchcancel'])
    addEventListener(type, onLift, options)
  addEventListener('pointerdown', (event) => event.isPrimary && stop.abort(), options)
  element.addEventListener('click', onClick, options)
  return () => stop.abort()
}
