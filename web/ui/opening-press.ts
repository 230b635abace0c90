/** How long after the end of a press a browser may still dispatch its click, ms. */
const lateClickMs = 700

/** The last positions of the pointers that are down now, by pointer id. */
const down = new Map<number, { x: number; y: number }>()
let touching = false

// Tests render without a document.
if (typeof document !== 'undefined') followPointers()

function followPointers(): void {
  addEventListener('pointerdown', placed, { capture: true, passive: true })
  addEventListener('pointermove', moved, { capture: true, passive: true })
  addEventListener('pointerup', lifted, { capture: true, passive: true })
  addEventListener('pointercancel', lifted, { capture: true, passive: true })
  // During a long press, a browser may cancel the pointer and report the finger only by touch events.
  for (const type of ['touchstart', 'touchend', 'touchcancel'] as const)
    addEventListener(type, (event) => (touching = event.touches.length > 0), { capture: true, passive: true })
}

function placed(event: PointerEvent): void {
  // A primary pointer is the only one down. If others are recorded, their end did not reach the page.
  if (event.isPrimary) down.clear()
  down.set(event.pointerId, { x: event.clientX, y: event.clientY })
}
function moved(event: PointerEvent): void {
  if (down.has(event.pointerId)) down.set(event.pointerId, { x: event.clientX, y: event.clientY })
}
function lifted(event: PointerEvent): void {
  down.delete(event.pointerId)
}

/** The points at which the page is being pressed now. */
export function pressedPoints(): { x: number; y: number }[] {
  return [...down.values()]
}

/**
 * Swallows the click of a press that opened `element`. If an element opens during a long press, the browser dispatches
 * a click on it when the finger is lifted, although the user did not mean it. A new press, a keyboard and a screen
 * reader work at once. Call it when the element opens; it does nothing if there is no press. Returns a function that
 * stops swallowing clicks.
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
    // `detail` is 0 for clicks of keyboards and screen readers.
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
