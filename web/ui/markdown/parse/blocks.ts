import type { Links, Token, Tokens } from 'marked'
import { emptyLinks, lexSegment } from './lexer.ts'

interface BlockBase {
  /** The block's number in the message. It never changes, so the block keeps its DOM nodes. */
  key: number
  /** The cost of mounting the block, in characters of source. */
  weight: number
}

/** A block that is lexed as a whole, when it is first shown. */
export interface TextBlock extends BlockBase {
  kind: 'text'
  raw: string
  links: Links
  /** The level of a heading in the page's outline, 2–6; 0 if the block is not a heading. */
  level: number
  /** The number with which this block continues a long list; 0 if it does not continue one. */
  ordinal: number
  tokens?: readonly Token[]
}

/** About 20 lines of code in their own box. `text` ends with a line break except in the last chunk. */
export interface CodeChunk {
  text: string
  lines: number
  /** The length of the longest line. */
  columns: number
  /** The offset in the code at which the chunk begins. */
  at: number
}

export interface CodeBlockData extends BlockBase {
  kind: 'code'
  language: string
  chunks: readonly CodeChunk[]
  closed: boolean
}

export interface TableBlock extends BlockBase {
  kind: 'table'
  head: readonly Tokens.TableCell[]
  chunks: ReadonlyArray<ReadonlyArray<readonly Tokens.TableCell[]>>
  rows: number
}

export interface MathBlock extends BlockBase {
  kind: 'math'
  tex: string
  /** The formula with its delimiters, shown if it cannot be rendered. */
  source: string
  closed: boolean
}

/** A part that the model has folded: `<details>` with a summary. */
export interface DetailsBlock extends BlockBase {
  kind: 'details'
  /** The part is unfolded from the start. */
  open: boolean
  summary: readonly Token[]
  groups: readonly BlockGroup[]
}

export type Block = TextBlock | CodeBlockData | TableBlock | MathBlock | DetailsBlock

/**
 * Neighbouring blocks that are memoised as one, so that an update costs the same in a long message as in a short one.
 */
export interface BlockGroup {
  key: number
  blocks: readonly Block[]
  weight: number
}

function isEmpty(links: Links): boolean {
  return Object.keys(links).length === 0
}

/** Returns the tokens of a block, which are lexed on the first call. */
export function tokensOf(block: TextBlock): readonly Token[] {
  // Lexing may add a link definition that is still being written; a copy keeps it out of the other blocks.
  const links = block.raw.includes(']:') ? Object.assign(emptyLinks(), block.links) : block.links
  block.tokens ??= lexSegment(block.raw, links)
  return block.tokens
}

/** Whether `a` and `b` would be shown in the same way. */
export function sameBlock(a: Block, b: Block): boolean {
  if (a.kind === 'text') {
    if (b.kind !== 'text' || a.raw !== b.raw || a.level !== b.level || a.ordinal !== b.ordinal) return false
    return a.links === b.links || !a.raw.includes('[') || (isEmpty(a.links) && isEmpty(b.links))
  }
  if (a.kind === 'math') return b.kind === 'math' && a.tex === b.tex && a.closed === b.closed
  if (a.kind === 'code') {
    return (
      b.kind === 'code' &&
      a.closed === b.closed &&
      a.language === b.language &&
      a.chunks.length === b.chunks.length &&
      a.chunks.every((chunk, index) => chunk.text === b.chunks[index]?.text)
    )
  }
  return false
}
