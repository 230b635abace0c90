import type { Token, Tokens } from 'marked'
import type { Builder } from './block-builders.ts'
import type { BlockGroup, DetailsBlock } from './blocks.ts'
import { emptyLinks, lexSegment } from './lexer.ts'
import type { Segment } from './segmenter.ts'
import { settleInline } from './settle-inline.ts'

/** Parses a growing text; the parser of the message, one level deeper. */
interface InnerParser {
  parse: (text: string, complete: boolean) => { groups: readonly BlockGroup[] }
}

const head = /^ {0,3}<details( open(?:="")?)?>/i
const summaryStart = /^\s*<summary>/i
const summaryEnd = /<\/summary>/i
const detailsEnd = '</details>'
const maxSummary = 1000

/** Builds `<details>`. Its content is parsed like a message, so it may contain any block and be of any length. */
export class DetailsBuilder implements Builder {
  readonly #parser: InnerParser | undefined
  #written: string | undefined
  #summary: readonly Token[] = []

  /** `parser`: undefined if this part is nested too deeply. */
  constructor(parser: InnerParser | undefined) {
    this.#parser = parser
  }

  build(text: string, segment: Segment, key: number): DetailsBlock | undefined {
    const start = head.exec(text)
    if (this.#parser === undefined || start === null) return undefined
    const rest = text.slice(start[0].length)
    const { summary, body } = this.#split(rest)
    this.#lexSummary(segment.closed || body !== undefined ? summary : settleInline(summary))
    const content = segment.count <= 0 ? withoutEnd(body ?? '') : (body ?? '')
    return {
      kind: 'details',
      key,
      weight: text.length,
      open: start[1] !== undefined,
      summary: this.#summary,
      groups: this.#parser.parse(content, segment.closed).groups,
    }
  }

  /** `body` is undefined while the summary is being written. */
  #split(text: string): { summary: string; body: string | undefined } {
    const start = summaryStart.exec(text)
    // Before the first character after the tag, it is not known whether there is a summary.
    if (start === null) return { summary: '', body: text }
    const from = start[0].length
    const end = summaryEnd.exec(text.slice(from, from + maxSummary))
    if (end !== null) {
      const summary = text.slice(from, from + end.index)
      return { summary, body: text.slice(from + end.index + end[0].length) }
    }
    return text.length - from < maxSummary
      ? { summary: text.slice(from), body: undefined }
      : { summary: '', body: text }
  }

  #lexSummary(summary: string): void {
    if (summary === this.#written) return
    this.#written = summary
    const [first] = lexSegment(summary.trim().replaceAll('\n', ' '), emptyLinks())
    this.#summary = (first as Tokens.Paragraph | undefined)?.tokens ?? []
  }
}

/** Removes the closing tag. Text after it stays, at the end. */
function withoutEnd(body: string): string {
  const at = body.toLowerCase().lastIndexOf(detailsEnd)
  return at < 0 ? body : body.slice(0, at) + body.slice(at + detailsEnd.length)
}
