/** Shortens a text to at most `max` UTF-16 units, the ellipsis included. Never splits a character into halves. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text
  return `${text
    .slice(0, max - 1)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd()}…`
}
