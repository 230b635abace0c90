/** Places a popover below its opener, or above where there is more room, aligned with the edge that keeps it on the screen. */
export function placeBeside(popover: HTMLElement, opener: HTMLElement): void {
  const gap = 4
  const edge = 8
  const from = opener.getBoundingClientRect()
  const { offsetWidth: width, offsetHeight: height } = popover
  const below = window.innerHeight - from.bottom - gap - edge
  const above = from.top - gap - edge
  const up = height > below && above > below
  const left = from.left + width > window.innerWidth - edge ? from.right - width : from.left
  popover.style.left = `${Math.max(edge, Math.min(left, window.innerWidth - edge - width))}px`
  popover.style.top = `${up ? Math.max(edge, from.top - gap - Math.min(height, above)) : from.bottom + gap}px`
  popover.style.maxHeight = `${up ? above : below}px`
}
