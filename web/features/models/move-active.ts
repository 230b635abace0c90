/** How many options PageUp and PageDown skip. */
const page = 10

/**
 * The place of the option that a key makes active, in a list of `count` options; undefined if the key does not move.
 * The arrows continue at the other end of the list, and the other keys stop there.
 */
export function moveActive(key: string, at: number, count: number): number | undefined {
  if (count === 0) return undefined
  switch (key) {
    case 'ArrowDown':
      return (at + 1) % count
    case 'ArrowUp':
      return at <= 0 ? count - 1 : at - 1
    case 'Home':
      return 0
    case 'End':
      return count - 1
    case 'PageDown':
      return Math.min(at + page, count - 1)
    case 'PageUp':
      return Math.max(at - page, 0)
    default:
      return undefined
  }
}
