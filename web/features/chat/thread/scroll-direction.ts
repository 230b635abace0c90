/** The direction in which an input of the user scrolls a thread. */
export type ScrollDirection = 'up' | 'down'

type Key = Pick<KeyboardEvent, 'key' | 'shiftKey'>

export function directionOfKey({ key, shiftKey }: Key): ScrollDirection | undefined {
  switch (key) {
    case 'ArrowUp':
    case 'PageUp':
    case 'Home':
      return 'up'
    case 'ArrowDown':
    case 'PageDown':
    case 'End':
      return 'down'
    case ' ':
      return shiftKey ? 'up' : 'down'
    default:
      return undefined
  }
}

/** With Ctrl, a wheel zooms the page. */
export function directionOfWheel({
  deltaY,
  ctrlKey,
}: Pick<WheelEvent, 'deltaY' | 'ctrlKey'>): ScrollDirection | undefined {
  if (ctrlKey || deltaY === 0) return undefined
  return deltaY < 0 ? 'up' : 'down'
}

export interface ScrollPosition {
  top: number
  /** The height of the content. */
  height: number
}

/**
 * Whether the user moved up from one position to the other, although no wheel, finger or key in the thread did it: with
 * the scroll bar, by selecting text, or by moving the focus. Content that becomes shorter moves the position up as
 * well, and so does a message field that is measured while the user types. Those never move it by a whole screen, so
 * such a jump is the user's even if no input was seen.
 */
export function isUpwardJump(
  from: ScrollPosition,
  to: ScrollPosition,
  { isInput, visible }: { isInput: boolean; visible: number },
): boolean {
  if (to.height < from.height) return false
  return from.top - to.top > (isInput ? 0 : visible)
}
