// Cuts a growing text into top-level pieces, line by line, so that a piece that is closed never changes again and can
// be lexed by itself. Where a piece begins depends only on the text before it: the same text gives the same pieces,
// however it arrived.

import {
  closesFence,
  countCells,
  delimiterLine,
  fenceLine,
  headingLine,
  indentOf,
  innerFence,
  interrupts,
  isBlank,
  listLine,
  mathLine,
  quoteLine,
  ruleLine,
  setextLine,
} from './line-shapes.ts'

type SegmentKind = 'text' | 'indented' | 'heading' | 'quote' | 'list' | 'code' | 'math' | 'table'

export interface Segment {
  kind: SegmentKind
  start: number
  end: number
  /** Nothing that follows can belong to it any more. */
  closed: boolean
  /** A heading's depth as written, 1–6; 0 where it is none. */
  depth: number
  /** Code: the opening fence. Math: the closing delimiter. */
  fence: string
  /** Code: how far the opening fence is indented. Table: how many columns. List: items so far. */
  count: number
  /** A list that was cut for its length goes on here: the number of its first item. 0: a list of its own. */
  ordinal: number
  /** List: the first number written, and the kind of its markers. */
  first: number
  marker: string
  /** Inside a fence of a list item. */
  inner: string
  /** The last line was blank. */
  blank: boolean
  /** Where the line before the current one begins. */
  lastLine: number
}

const maxText = 8000
const maxList = 4000
/** No piece that is lexed as a whole may be longer, whatever it is: an update must not cost more than this. */
const maxPiece = 32_000

function segmentAt(start: number, kind: SegmentKind): Segment {
  return {
    kind,
    start,
    end: start,
    closed: false,
    depth: 0,
    fence: '',
    count: 0,
    ordinal: 0,
    first: 0,
    marker: '',
    inner: '',
    blank: false,
    lastLine: start,
  }
}

function openMath(line: string, start: number): Segment {
  const opener = mathLine.exec(line)?.[1] ?? '$$'
  const closer = opener === '$$' ? '$$' : String.raw`\]`
  const rest = line.trim().slice(2)
  const at = rest.indexOf(closer)
  // "$$x$$ is what we want" is a sentence.
  const segment = segmentAt(start, at >= 0 && at !== rest.length - 2 ? 'text' : 'math')
  segment.fence = closer
  segment.closed = segment.kind === 'math' && at >= 0
  return segment
}

/** The piece that a line begins where none is open. Its `end` is still to be set. */
function open(line: string, start: number): Segment {
  const fence = fenceLine.exec(line)
  if (fence !== null) {
    const segment = segmentAt(start, 'code')
    segment.fence = fence[1] ?? fence[2] ?? '```'
    segment.count = indentOf(line)
    return segment
  }
  const heading = headingLine.exec(line)
  if (heading !== null) {
    const segment = segmentAt(start, 'heading')
    segment.depth = heading[1]?.length ?? 1
    segment.closed = true
    return segment
  }
  if (mathLine.test(line)) return openMath(line, start)
  if (ruleLine.test(line)) return { ...segmentAt(start, 'text'), closed: true }
  const list = listLine.exec(line)
  if (list !== null) {
    const segment = segmentAt(start, 'list')
    segment.first = Number(list[3] ?? 0)
    segment.marker = list[4] ?? list[2] ?? ''
    segment.count = 1
    segment.inner = innerFence(line.slice(list[0].length))
    return segment
  }
  if (quoteLine.test(line)) return segmentAt(start, 'quote')
  return segmentAt(start, indentOf(line) >= 4 ? 'indented' : 'text')
}

type Step = 'take' | 'close-after' | 'close-before' | 'split-table'

function stepText(segment: Segment, line: string, previous: string): Step {
  if (isBlank(line)) return 'close-after'
  if (interrupts(line)) return 'close-before'
  const setext = setextLine.exec(line)
  if (setext !== null && segment.kind === 'text' && !(setext[2] !== undefined && previous.includes('|'))) {
    segment.depth = setext[1] === undefined ? 2 : 1
    return 'close-after'
  }
  if (delimiterLine.test(line) && (previous.includes('|') || line.includes('|')) && segment.kind === 'text') {
    if (countCells(previous) === countCells(line)) return 'split-table'
  }
  if (ruleLine.test(line)) return 'close-before'
  const list = listLine.exec(line)
  if (list !== null && (segment.kind === 'quote' || list[3] === undefined || list[3] === '1')) {
    return line.trim().length > (list[2]?.length ?? 1) || segment.kind === 'quote' ? 'close-before' : 'take'
  }
  return quoteLine.test(line) && segment.kind === 'text' ? 'close-before' : 'take'
}

function stepList(segment: Segment, line: string): Step {
  if (isBlank(line)) return 'take'
  const indent = indentOf(line)
  if (segment.inner !== '') {
    if (indent >= 2) {
      if (closesFence(line, segment.inner)) segment.inner = ''
      return 'take'
    }
    // Out of the item: the fence ended with it.
    segment.inner = ''
  }
  const list = ruleLine.test(line) ? null : listLine.exec(line)
  if (list !== null && indent < 2) {
    segment.count++
    segment.inner = innerFence(line.slice(list[0].length))
    return 'take'
  }
  if (indent >= 2) {
    segment.inner = innerFence(line)
    return 'take'
  }
  return segment.blank || interrupts(line) || quoteLine.test(line) || ruleLine.test(line)
    ? 'close-before'
    : 'take'
}

/** Whether a list that has grown long is cut before this line, which begins an item of the same list. */
function continuesLongList(segment: Segment, line: string, start: number): boolean {
  if (start - segment.start < maxList || segment.inner !== '') return false
  const list = listLine.exec(line)
  return (
    list !== null && !ruleLine.test(line) && indentOf(line) < 2 && (list[4] ?? list[2]) === segment.marker
  )
}

function step(segment: Segment, line: string, previous: string): Step {
  switch (segment.kind) {
    case 'code':
      return indentOf(line) < 4 && closesFence(line, segment.fence) ? 'close-after' : 'take'
    case 'math':
      if (isBlank(line)) {
        segment.kind = 'text'
        return 'close-after'
      }
      return line.trim().endsWith(segment.fence) ? 'close-after' : 'take'
    case 'indented':
      if (isBlank(line)) return 'take'
      return indentOf(line) >= 4 ? 'take' : 'close-before'
    case 'list':
      return stepList(segment, line)
    case 'table':
      if (isBlank(line)) return 'close-after'
      return interrupts(line) || quoteLine.test(line) || ruleLine.test(line) || listLine.test(line)
        ? 'close-before'
        : 'take'
    case 'text':
    case 'quote':
    case 'heading':
      return stepText(segment, line, previous)
  }
}

function isProse(kind: SegmentKind): boolean {
  return kind === 'text' || kind === 'quote' || kind === 'heading'
}

function begin(line: string, [start, end]: [number, number], out: Segment[]): Segment | undefined {
  if (isBlank(line)) return undefined
  const opened = { ...open(line, start), end, lastLine: start }
  if (!opened.closed) return opened
  out.push(opened)
  return undefined
}

/** Feeds one line, `[start, end)` with its line break, to the open piece; `out` gets the pieces it leaves behind. */
function feed(
  source: string,
  current: Segment | undefined,
  range: [number, number],
  out: Segment[],
): Segment | undefined {
  const [start, end] = range
  const line = source.slice(start, source.charCodeAt(end - 1) === 10 ? end - 1 : end)
  if (current !== undefined) {
    if (current.kind === 'list' && continuesLongList(current, line, start)) {
      const base = current.ordinal === 0 ? current.first : current.ordinal
      out.push({ ...current, closed: true })
      const next = open(line, start)
      next.ordinal = base + current.count
      next.first = current.first
      return { ...next, end, lastLine: start }
    }
    const next = { ...current }
    if (isProse(current.kind) && start - current.start >= maxText) {
      out.push({ ...current, closed: true })
      return begin(line, range, out)
    }
    const decision = step(next, line, source.slice(current.lastLine, Math.max(current.lastLine, start - 1)))
    if (decision === 'take' || decision === 'close-after') {
      const closed =
        decision === 'close-after' ||
        (end - next.start > maxPiece && next.kind !== 'code' && next.kind !== 'table')
      const taken = { ...next, end, closed, lastLine: start, blank: isBlank(line) }
      if (!closed) return taken
      out.push(taken)
      return undefined
    }
    if (decision === 'split-table') {
      if (current.lastLine > current.start) out.push({ ...current, end: current.lastLine, closed: true })
      return { ...segmentAt(current.lastLine, 'table'), count: countCells(line), end, lastLine: start }
    }
    out.push({ ...current, closed: true })
  }
  return begin(line, range, out)
}

export interface Segments {
  closed: readonly Segment[]
  /** What follows the closed pieces, as it looks now: the last may still change. */
  tail: readonly Segment[]
}

/** Keeps its place in a text that grows: `read` looks only at what is new, and at the line that is not finished. */
export class Segmenter {
  #closed: Segment[] = []
  #current: Segment | undefined
  #at = 0

  /**
   * `source` must begin with what was read before; `complete` says that no more will come. Else `hold` says how much of
   * the line that is not finished may be seen.
   */
  read(
    source: string,
    complete: boolean,
    hold: (line: string, open: Segment | undefined) => number,
  ): Segments {
    for (;;) {
      const newline = source.indexOf('\n', this.#at)
      const cut = this.#overlong(source, newline < 0 ? source.length : newline)
      if (cut < 0 && newline < 0) break
      const end = cut < 0 ? newline + 1 : cut
      this.#current = feed(source, this.#current, [this.#at, end], this.#closed)
      if (cut >= 0 && this.#current !== undefined) {
        this.#closed.push({ ...this.#current, closed: true })
        this.#current = undefined
      }
      this.#at = end
    }
    const tail: Segment[] = []
    let last = this.#current
    const rest = source.length - this.#at
    const seen = complete || rest === 0 ? rest : hold(source.slice(this.#at), this.#current)
    if (seen > 0) last = feed(source, last, [this.#at, this.#at + seen], tail)
    if (last !== undefined) tail.push(complete ? { ...last, closed: true } : last)
    return { closed: this.#closed, tail }
  }

  /** Where prose without any line break has to be cut, at a space if there is one; -1 where it need not be. */
  #overlong(source: string, lineEnd: number): number {
    const kind = this.#current?.kind ?? 'text'
    if (kind === 'code' || kind === 'table') return -1
    const limit = isProse(kind) ? maxText : maxPiece
    let from = this.#current?.start ?? this.#at
    if (this.#at - from >= limit) from = this.#at
    if (lineEnd - from <= limit + 200) return -1
    if (fenceLine.test(source.slice(this.#at, Math.min(lineEnd, this.#at + 200)))) return -1
    const space = source.lastIndexOf(' ', from + limit)
    const at = Math.max(space > from + limit / 2 ? space + 1 : from + limit, this.#at + 1)
    // A surrogate pair is one character.
    return /[\uDC00-\uDFFF]/.test(source.charAt(at)) ? at + 1 : at
  }
}
