import type { Tokens } from 'marked'
import type { Block, CodeBlockData, TableBlock } from './blocks.ts'
import { CodeChunks } from './code-chunks.ts'
import { emptyLinks, lexSegment } from './lexer.ts'
import { closesFence, indentOf } from './line-shapes.ts'
import type { Segment } from './segmenter.ts'

const rowsPerChunk = 40
const maxLanguage = 40

/** Returns the end of the line that contains `from`. */
export function lineEnd(text: string, from = 0): number {
  const newline = text.indexOf('\n', from)
  return newline < 0 ? text.length : newline
}

/** Builds a block that grows, and keeps state between updates so that the cost of an update depends on the new text. */
export interface Builder {
  build(text: string, segment: Segment, key: number): Block | undefined
}

/** Removes the indentation of the opening fence from the lines of code. */
export function outdent(code: string, width: number): string {
  return width === 0 ? code : code.replace(new RegExp(`^[ \\t]{1,${width}}`, 'gm'), '')
}

/** Returns the language that the line of a fence names, or ''. */
export function languageOf(line: string): string {
  const info = line
    .trim()
    .replace(/^[`~]+/, '')
    .trim()
  return (/^[^\s{,]+/.exec(info)?.[0] ?? '').slice(0, maxLanguage)
}

export class CodeBuilder implements Builder {
  readonly #chunks = new CodeChunks()

  build(text: string, segment: Segment, key: number): CodeBlockData {
    const first = lineEnd(text)
    let code = text.slice(first + 1)
    if (segment.closed) code = withoutFence(code, segment.fence)
    const chunks = this.#chunks.read(outdent(code, segment.count))
    const language = languageOf(text.slice(0, first))
    return { kind: 'code', key, weight: text.length, language, chunks, closed: segment.closed }
  }
}

function withoutFence(code: string, fence: string): string {
  const body = code.endsWith('\n') ? code.slice(0, -1) : code
  const start = body.lastIndexOf('\n') + 1
  const last = body.slice(start)
  return closesFence(last, fence) && indentOf(last) < 4 ? code.slice(0, start) : code
}

type Row = readonly Tokens.TableCell[]

export class TableBuilder implements Builder {
  #headLines = ''
  #head: readonly Tokens.TableCell[] | undefined
  #at = 0
  readonly #full: Row[][] = []

  build(text: string, segment: Segment, key: number): TableBlock | undefined {
    if (this.#head === undefined) {
      const frameEnd = lineEnd(text, lineEnd(text) + 1)
      this.#headLines = text.slice(0, frameEnd)
      this.#head = lexTable(this.#headLines)?.header
      this.#at = frameEnd + 1
    }
    // The lines looked like a table but are not one: the caller shows them in another way.
    if (this.#head === undefined) return undefined
    const last = this.#readRows(text)
    const chunks = last.length === 0 ? [...this.#full] : [...this.#full, last]
    const rows = this.#full.length * rowsPerChunk + last.length
    return { kind: 'table', key, weight: segment.end - segment.start, head: this.#head, chunks, rows }
  }

  #readRows(text: string): Row[] {
    for (;;) {
      let end = this.#at
      let rows = 0
      while (rows < rowsPerChunk && end < text.length) {
        const newline = text.indexOf('\n', end)
        if (newline < 0) break
        end = newline + 1
        rows++
      }
      if (rows < rowsPerChunk) return this.#lexRows(text.slice(this.#at))
      this.#full.push(this.#lexRows(text.slice(this.#at, end)))
      this.#at = end
    }
  }

  #lexRows(lines: string): Row[] {
    if (lines.trim() === '') return []
    // A leading pipe makes every line a row, even a line that would otherwise begin a list or a tag.
    const rows = lines.split('\n').filter((line) => line.trim() !== '')
    const body = rows.map((line) =>
      line.trimStart().startsWith('|') ? line.trimStart() : `| ${line.trimStart()}`,
    )
    return lexTable(`${this.#headLines}\n${body.join('\n')}`)?.rows ?? []
  }
}

function lexTable(source: string): Tokens.Table | undefined {
  const token = lexSegment(source, emptyLinks()).find((entry) => entry.type === 'table')
  return token as Tokens.Table | undefined
}
