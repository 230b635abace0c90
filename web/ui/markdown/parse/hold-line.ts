import { isBlank } from './line-shapes.ts'
import type { Segment } from './segmenter.ts'

// Quote and list markers that are already certain, in front of what is not.
const container = /^(?:[ \t]*(?:>|(?:[*+-]|\d{1,9}[.)])[ \t]))*[ \t]*/
// What may still become a marker, a rule, an underline, a fence with its language, or a table's first row.
const undecided =
  /^(?:(?:#{1,6}|>|[+]|[*_-](?:[*_ \t-]*[*_-])?|=+|\d{1,9}[.)]?|`{1,2}|~{1,2}|\$|\\|\[(?:[ xX]\]?)?)?[ \t]*|`{3,}[^`]*|~{3}.*|\|.*)$/

/**
 * How much of a line that is still being written may be seen: nothing, as long as its first characters may mean
 * something else than themselves.
 */
export function holdLine(line: string, open: Segment | undefined): number {
  const kind = open?.kind
  if (kind === 'table') return 0
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
