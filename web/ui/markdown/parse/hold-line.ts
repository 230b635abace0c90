import { isBlank } from './line-shapes.ts'
import type { Segment } from './segmenter.ts'

// Quote and list markers at the start of a line that are already certain.
const container = /^(?:[ \t]*(?:>|(?:[*+-]|\d{1,9}[.)])[ \t]))*[ \t]*/
// Text that may still become a marker, a rule, an underline, a fence with its language, or the first row of a table.
const undecided =
  /^(?:(?:#{1,6}|>|[+]|[*_-](?:[*_ \t-]*[*_-])?|=+|\d{1,9}[.)]?|`{1,2}|~{1,2}|\$|\\|\[(?:[ xX]\]?)?)?[ \t]*|`{3,}[^`]*|~{3}.*|\|.*|<[a-z]{0,7}(?: [a-z]{0,4}(?:="{0,2})?)?)$/i

/**
 * Returns how many characters of an unfinished line may be shown: 0 as long as its first characters may still become
 * markup.
 */
export function holdLine(line: string, open: Segment | undefined): number {
  const kind = open?.kind
  if (kind === 'table') return 0
  if (kind === 'details') return line.length - (/<\/?[a-z]{0,7}$/i.exec(line)?.[0].length ?? 0)
  if (kind === 'indented') return isBlank(line) ? 0 : line.length
  const trimmed = line.trim()
  if (kind === 'code') return trimmed === '' || isPartOf(trimmed, open?.fence.charAt(0)) ? 0 : line.length
  if (kind === 'math') return isPartOf(trimmed, '$') || trimmed === '\\' ? 0 : line.length
  if (open !== undefined && open.inner !== '') {
    return isPartOf(trimmed, open.inner.charAt(0)) ? 0 : line.length
  }
  const start = container.exec(line)?.[0].length ?? 0
  return undecided.test(line.slice(start)) ? 0 : line.length
}

function isPartOf(text: string, character = '`'): boolean {
  return text !== '' && text === character.repeat(text.length)
}
