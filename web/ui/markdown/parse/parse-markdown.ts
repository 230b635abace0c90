import type { Links } from 'marked'
import { CodeBuilder, TableBuilder } from './block-builders.ts'
import type { Builder } from './block-builders.ts'
import { DetailsBuilder } from './details-builder.ts'
import { sameBlock } from './blocks.ts'
import type { Block, BlockGroup, MathBlock, TextBlock } from './blocks.ts'
import { chunkCode } from './code-chunks.ts'
import { holdLine } from './hold-line.ts'
import { emptyLinks, lexSegment } from './lexer.ts'
import { Outline } from './outline.ts'
import { Segmenter } from './segmenter.ts'
import type { Segment } from './segmenter.ts'
import { settleSegment } from './settle-segment.ts'

const groupSize = 12
// A limit, because each new definition may change any block before it.
const maxDefinitions = 300
/** Folded parts that are nested more deeply are shown as text. */
const maxDetails = 4

/** A parsed message. Unchanged groups and blocks are the same objects as in the previous result. */
export interface ParsedMarkdown {
  groups: readonly BlockGroup[]
  weight: number
}

/**
 * Parses a growing text. Each call may pass a longer text or a different one. Unchanged parts keep their identity, and
 * the result is the same as if the text were parsed at once.
 */
export class MarkdownParser {
  readonly #depth: number
  #source = ''
  #segmenter = new Segmenter()
  #outline = new Outline()
  #closedBlocks: Block[] = []
  /** How many closed segments have been converted to blocks. */
  #taken = 0
  #links = emptyLinks()
  #builders = new Map<number, Builder>()
  #groups: BlockGroup[] = []
  #tail: Block[] = []
  /** Blocks of a replaced text, which are reused where the new text is the same. */
  #previousBlocks: readonly Block[] = []

  /** `depth`: in how many folded parts the text is nested. */
  constructor(depth = 0) {
    this.#depth = depth
  }

  /** `complete`: the text will not grow any more, so nothing is hidden. */
  parse(input: string, complete: boolean): ParsedMarkdown {
    const source = input.includes('\r') ? input.replace(/\r\n?/g, '\n') : input
    if (!source.startsWith(this.#source)) this.#restart()
    this.#source = source
    const segments = this.#segmenter.read(source, complete, holdLine)
    for (; this.#taken < segments.closed.length; this.#taken++) {
      const segment = segments.closed[this.#taken]
      if (segment !== undefined) this.#addClosed(segment)
    }
    this.#readTail(segments.tail, complete)
    if (this.#closedBlocks.length >= this.#previousBlocks.length) this.#previousBlocks = []
    return this.#group()
  }

  #restart(): void {
    this.#previousBlocks = [...this.#closedBlocks, ...this.#tail]
    this.#segmenter = new Segmenter()
    this.#outline = new Outline()
    this.#closedBlocks = []
    this.#taken = 0
    this.#links = emptyLinks()
    this.#builders = new Map()
    this.#groups = []
    this.#tail = []
  }

  #addClosed(segment: Segment): void {
    const text = this.#source.slice(segment.start, segment.end)
    this.#learnLinks(text)
    const block = this.#build(segment, text, this.#outline)
    this.#builders.delete(segment.start)
    if (block === undefined) return
    this.#closedBlocks.push(this.#keep(block))
  }

  /** Adds link definitions, which apply to the whole message, including the blocks before them. */
  #learnLinks(text: string): void {
    if (!text.includes(']:') || !/^ {0,3}\[[^\]]/m.test(text)) return
    if (Object.keys(this.#links).length > maxDefinitions) return
    const found: Links = Object.assign(emptyLinks(), this.#links)
    lexSegment(text, found)
    if (Object.keys(found).length === Object.keys(this.#links).length) return
    this.#links = found
    this.#closedBlocks = this.#closedBlocks.map((block) =>
      block.kind === 'text' && block.raw.includes('[') ? relinked(block, found) : block,
    )
    this.#groups = []
  }

  #readTail(segments: readonly Segment[], complete: boolean): void {
    const outline = this.#outline.copy()
    const tail: Block[] = []
    if (complete) {
      for (const { start, end } of segments) this.#learnLinks(this.#source.slice(start, end))
    }
    for (const [index, segment] of segments.entries()) {
      const raw = this.#source.slice(segment.start, segment.end)
      const settles = !complete && index === segments.length - 1
      const text = settles && isLexed(segment) ? settleSegment(segment, raw) : raw
      const block = text.trim() === '' ? undefined : this.#build(segment, text, outline, tail.length)
      if (block !== undefined) tail.push(this.#keep(block, this.#closedBlocks.length + tail.length))
    }
    this.#tail = tail
  }

  #keep(block: Block, index = this.#closedBlocks.length): Block {
    const former = this.#tail.find((entry) => entry.key === block.key) ?? this.#previousBlocks[index]
    return former !== undefined && former.key === block.key && sameBlock(former, block) ? former : block
  }

  #build(segment: Segment, text: string, outline: Outline, offset = 0): Block | undefined {
    const key = this.#closedBlocks.length + offset
    if (segment.kind === 'code' || segment.kind === 'table' || segment.kind === 'details') {
      const block = this.#builder(segment).build(text, segment, key)
      if (block !== undefined) return block
      // The lines looked like a table but are not one, or are nested too deeply: show them unchanged, which is cheap for
      // each new line.
      return {
        kind: 'code',
        key,
        weight: text.length,
        language: '',
        chunks: chunkCode(text),
        closed: segment.closed,
      }
    }
    const math = segment.kind === 'math' ? buildMath(segment, text, key) : undefined
    if (math !== undefined) return math
    const raw = text.trimEnd()
    if (raw === '') return undefined
    const level = segment.depth === 0 ? 0 : outline.place(segment.depth)
    const { ordinal } = segment
    return { kind: 'text', key, weight: raw.length, raw, links: this.#links, level, ordinal }
  }

  #builder(segment: Segment): Builder {
    const known = this.#builders.get(segment.start)
    if (known !== undefined) return known
    const made = this.#createBuilder(segment.kind)
    this.#builders.set(segment.start, made)
    return made
  }

  #createBuilder(kind: Segment['kind']): Builder {
    if (kind === 'code') return new CodeBuilder()
    if (kind === 'table') return new TableBuilder()
    return new DetailsBuilder(this.#depth < maxDetails ? new MarkdownParser(this.#depth + 1) : undefined)
  }

  #group(): ParsedMarkdown {
    const full = Math.floor(this.#closedBlocks.length / groupSize)
    while (this.#groups.length < full) {
      const at = this.#groups.length * groupSize
      this.#groups.push(groupOf(this.#groups.length, this.#closedBlocks.slice(at, at + groupSize)))
    }
    const rest = [...this.#closedBlocks.slice(full * groupSize), ...this.#tail]
    const groups = [...this.#groups]
    for (let at = 0; at < rest.length; at += groupSize) {
      groups.push(groupOf(groups.length, rest.slice(at, at + groupSize)))
    }
    return { groups, weight: groups.reduce((sum, group) => sum + group.weight, 0) }
  }
}

/** Returns undefined if the text that began like a formula is prose. */
function buildMath(segment: Segment, text: string, key: number): MathBlock | undefined {
  const source = text.trim()
  const body = source.slice(2)
  const ended = body.endsWith(segment.fence)
  const block = { kind: 'math', key, weight: text.length, source } as const
  if (ended) return { ...block, tex: body.slice(0, -2).trim(), closed: true }
  if (!segment.closed) return { ...block, tex: body.replace(/[\\$]$/, '').trim(), closed: false }
  // As text, a formula that was never closed would lose its backslashes: it is shown as written.
  const isFormula = segment.count === 1 || (segment.fence !== '$$' && /^\s|[\\^_=+<>]/.test(body))
  return isFormula ? { ...block, tex: source, closed: false } : undefined
}

function isLexed(segment: Segment): boolean {
  return (
    segment.kind !== 'code' &&
    segment.kind !== 'table' &&
    segment.kind !== 'math' &&
    segment.kind !== 'details'
  )
}

function relinked(block: TextBlock, links: Links): TextBlock {
  const { tokens: _, ...rest } = block
  return { ...rest, links }
}

function groupOf(key: number, blocks: readonly Block[]): BlockGroup {
  return { key, blocks, weight: blocks.reduce((sum, block) => sum + block.weight, 0) }
}
