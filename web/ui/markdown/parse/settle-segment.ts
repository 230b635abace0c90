import { countCells, isBlank } from './line-shapes.ts'
import type { Segment } from './segmenter.ts'
import { settleInline } from './settle-inline.ts'

const marker = /^[ \t]*(?:(?:>|[*+-][ \t]|\d{1,9}[.)][ \t]|#{1,6}[ \t])[ \t]*)+(?:\[[ xX]\][ \t]+)?/

/** Returns the start of the last run of inline text: after the last marker or the last blank line. */
function lastRun(text: string): number {
  let end = text.length
  for (;;) {
    const start = text.lastIndexOf('\n', end - 1) + 1
    const line = text.slice(start, end)
    const found = marker.exec(line)
    if (found !== null) return start + found[0].length
    if (start === 0) return 0
    const previous = text.slice(text.lastIndexOf('\n', start - 2) + 1, start - 1)
    if (isBlank(previous)) return start
    end = start - 1
  }
}

/** Completes the header row of a table with a delimiter row, so that the table appears before that row arrives. */
function frameTable(text: string): string | undefined {
  const lines = text.trimEnd().split('\n')
  const header = lines.at(-1)?.trim() ?? ''
  if (!text.endsWith('\n') || !/^\|.*\|$/.test(header) || header.length < 3) return undefined
  return `${lines.join('\n')}\n|${' --- |'.repeat(countCells(header))}\n`
}

/** Returns the text of an unfinished segment as it may be shown. */
export function settleSegment(segment: Segment, text: string): string {
  if (segment.kind === 'indented' || segment.inner !== '') return text
  if (segment.kind === 'text') {
    const framed = frameTable(text)
    if (framed !== undefined) return framed
  }
  const start = lastRun(text)
  return text.slice(0, start) + settleInline(text.slice(start))
}
