import type { Links, Token, Tokens } from 'marked'
import { emptyLinks, lexSegment } from './lexer.ts'

interface BlockBase {
  /** Its number in the message: a block keeps it, and with it its place in the page. */
  key: number
  /** What it weighs when it is mounted, in characters of source. */
  weight: number
}

/** Anything that is lexed as a whole. Its tokens are made when it is first shown. */
export interface TextBlock extends BlockBase {
  kind: 'text'
  raw: string
  links: Links
  /** The level of its heading in the page's outline, 2–6; 0 where it is none. */
  level: number
  /** A long list goes on here with this number; 0: it does not. */
  ordinal: number
  tokens?: readonly Token[]
}

/** Some 20 lines of code, a box of their own. `text` ends with a line break except in the last. */
export interface CodeChunk {
  text: string
  lines: number
  /** Where it begins in the code. */
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

interface MathBlock extends BlockBase {
  kind: 'math'
  tex: string
  closed: boolean
}

export type Block = TextBlock | CodeBlockData | TableBlock | MathBlock

/** Neighbouring blocks under one memo, so that a long message costs an update no more than a short one. */
export interface BlockGroup {
  key: number
  blocks: readonly Block[]
  weight: number
}

function isEmpty(links: Links): boolean {
  return Object.keys(links).length === 0
}

/** The tokens of a block, lexed when first asked for. */
export function tokensOf(block: TextBlock): readonly Token[] {
  // A definition that is still being written must not reach the others.
  const links = block.raw.includes(']:') ? Object.assign(emptyLinks(), block.links) : block.links
  block.tokens ??= lexSegment(block.raw, links)
  return block.tokens
}

/** Whether showing `b` in place of `a` would change nothing. */
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
