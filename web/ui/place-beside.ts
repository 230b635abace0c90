/** The space between the opener and what it opens, and between that and the edge of the screen, px. */
const gap = 4
const edge = 8

interface Box {
  left: number
  right: number
  top: number
  bottom: number
}

export interface Place {
  left: number
  /** The distance from the top of the screen to the upper edge, or from its bottom to the lower edge. */
  from: 'top' | 'bottom'
  distance: number
  /** The space up to the edge of the screen. The element must not become higher. */
  space: number
}

/**
 * The place of an element of this size below its opener, or above if there is more space. It is fixed at the edge beside
 * the opener, so that it stays there and on the screen if its height changes.
 */
export function placeBeside(
  opener: Box,
  { width, height }: { width: number; height: number },
  screen: { width: number; height: number },
): Place {
  const below = Math.max(0, screen.height - opener.bottom - gap - edge)
  const above = Math.max(0, opener.top - gap - edge)
  const up = height > below && above > below
  const left = opener.left + width > screen.width - edge ? opener.right - width : opener.left
  return {
    left: Math.max(edge, Math.min(left, screen.width - edge - width)),
    from: up ? 'bottom' : 'top',
    distance: up ? screen.height - opener.top + gap : opener.bottom + gap,
    space: up ? above : below,
  }
}

/** Places an element beside its opener, at most `maxHeight` high (a CSS length). The element must be rendered. */
export function moveBeside(element: HTMLElement, opener: HTMLElement, maxHeight: string): void {
  const { innerWidth: width, innerHeight: height } = window
  // The element is measured as high as it may become, not as it became beside an earlier opener.
  element.style.maxHeight = maxHeight
  const place = placeBeside(
    opener.getBoundingClientRect(),
    { width: element.offsetWidth, height: element.offsetHeight },
    { width, height },
  )
  const { style } = element
  style.left = `${place.left}px`
  style.top = place.from === 'top' ? `${place.distance}px` : 'auto'
  style.bottom = place.from === 'bottom' ? `${place.distance}px` : 'auto'
  style.maxHeight = `min(${maxHeight}, ${place.space}px)`
}
