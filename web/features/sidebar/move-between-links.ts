import type { KeyboardEvent } from 'react'

/** Moves the focus with the arrow keys from the search field through the links of the list below it, and back. */
export function moveBetweenLinks(event: KeyboardEvent<HTMLElement>): void {
  const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
  const stops = [
    ...(event.currentTarget
      .closest('nav')
      ?.querySelectorAll<HTMLElement>('input[type="search"], [data-row], a') ?? []),
  ]
  const at = stops.indexOf(event.currentTarget)
  const to = by === 0 || at < 0 ? undefined : stops[at + by]
  if (!to) return
  event.preventDefault()
  to.focus()
}
