// Splits a growing text into top-level segments, line by line. A closed segment never changes again and can be lexed by
// itself. The start of a segment depends only on the text before it, so the same text gives the same segments, however
// it arrived.

import {
  closesFence,
  countCells,
  delimiterLine,
  detailsDepth,
  detailsLine,
  fenceLine,
  headingLine,
  indentOf,
  innerFence,
  canInterrupt,
  isBlank,
  isNoFormula,
  listLine,
  mathLine,
  quoteLine,
  ruleLine,
  setextLine,
} from './line-shapes.ts'

type SegmentKind = 'text' | 'indented' | 'heading' | 'quote' | 'list' | 'code' | 'math' | 'table' | 'details'

export interface Segment {
  kind: SegmentKind
  start: number
  end: number
  /** No further text can belong to this segment. */
  closed: boolean
  /** The depth of a heading in the source, 1–6; 0 if the segment is not a heading. */
  depth: number
  /** Code: the opening fence. Math: the closing delimiter. */
  fence: string
  /**
   * Code: how far the opening fence is indented. Table: how many columns. List: items so far. Math: 1 if the opening
   * delimiter has its own line. Details: how many are open.
   */
  count: number
  /** If this continues a list that was split because of its length: the number of its first item. Otherwise 0. */
  ordinal: number
  /** List: the first number written, and the kind of its markers. */
  first: number
  marker: string
  /** The fence that is open inside a list item, or ''. */
  inner: string
  /** The last line was blank. */
  blank: boolean
  /** The start of the line before the current one. */
  lastLine: number
}

const maxText = 8000
const maxList = 4000
/** Maximum length of any segment that is lexed as a whole, because it bounds the cost of an update. */
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
  segment.count = rest === '' ? 1 : 0
  segment.closed = segment.kind === 'math' && at >= 0
  return segment
}

/** Creates the segment that a line begins if no segment is open. The caller sets its `end`. */
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
  if (detailsLine.test(line)) {
    const segment = segmentAt(start, 'details')
    segment.count = detailsDepth(line)
    segment.closed = segment.count <= 0
    return segment
  }
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
  if (canInterrupt(line)) return 'close-before'
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
    // The line is outside the item, and the end of the item ends the fence.
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
  return segment.blank || canInterrupt(line) || quoteLine.test(line) || ruleLine.test(line)
    ? 'close-before'
    : 'take'
}

/** A formula between delimiters with lines of their own may contain blank lines. */
function stepMath(segment: Segment, line: string): Step {
  if (isBlank(line)) {
    const continues = segment.count === 1 && segment.end - segment.start < maxList
    return continues ? 'take' : 'close-after'
  }
  if (line.trim().endsWith(segment.fence)) return 'close-after'
  return segment.blank && isNoFormula(line) ? 'close-before' : 'take'
}

/** Code inside a folded part may contain its tags. */
function stepDetails(segment: Segment, line: string): Step {
  if (segment.inner !== '') {
    if (closesFence(line, segment.inner)) segment.inner = ''
    return 'take'
  }
  segment.inner = innerFence(line)
  segment.count += segment.inner === '' ? detailsDepth(line) : 0
  return segment.count <= 0 ? 'close-after' : 'take'
}

/** Whether a long list is split before this line, which has to begin an item of the same list. */
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
      return stepMath(segment, line)
    case 'indented':
      if (isBlank(line)) return 'take'
      return indentOf(line) >= 4 ? 'take' : 'close-before'
    case 'list':
      return stepList(segment, line)
    case 'details':
      return stepDetails(segment, line)
    case 'table':
      if (isBlank(line)) return 'close-after'
      return canInterrupt(line) || quoteLine.test(line) || ruleLine.test(line) || listLine.test(line)
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

/** Whether a segment of this kind is built piece by piece, so that its length does not matter. */
function growsInPieces(kind: SegmentKind): boolean {
  return kind === 'code' || kind === 'table' || kind === 'details'
}

function begin(line: string, [start, end]: [number, number], out: Segment[]): Segment | undefined {
  if (isBlank(line)) return undefined
  const opened = { ...open(line, start), end, lastLine: start }
  if (!opened.closed) return opened
  out.push(opened)
  return undefined
}

/** Adds one line, `[start, end)` with its line break, to the open segment. Pushes closed segments to `out`. */
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
      const closed = decision === 'close-after' || (end - next.start > maxPiece && !growsInPieces(next.kind))
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
  /** The segments after the closed ones, as they look now. The last one may still change. */
  tail: readonly Segment[]
}

/** Segments a growing text incrementally: `read` processes only the new text and the unfinished line. */
export class Segmenter {
  #closed: Segment[] = []
  #current: Segment | undefined
  #at = 0

  /**
   * `source` must begin with the source of the previous call. `complete`: the text will not grow any more. Otherwise
   * `hold` returns how many characters of the unfinished line may be shown.
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

  /** Returns where prose without a line break has to be split, at a space if there is one; otherwise -1. */
  #overlong(source: string, lineEnd: number): number {
    const kind = this.#current?.kind ?? 'text'
    if (growsInPieces(kind)) return -1
    const limit = isProse(kind) ? maxText : maxPiece
    let from = this.#current?.start ?? this.#at
    if (this.#at - from >= limit) from = this.#at
    if (lineEnd - from <= limit + 200) return -1
    if (fenceLine.test(source.slice(this.#at, Math.min(lineEnd, this.#at + 200)))) return -1
    const space = source.lastIndexOf(' ', from + limit)
    const at = Math.max(space > from + limit / 2 ? space + 1 : from + limit, this.#at + 1)
    // Do not split a surrogate pair.
    return /[\uDC00-\uDFFF]/.test(source.charAt(at)) ? at + 1 : at
  }
}
