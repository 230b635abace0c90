import { languageOf, lineEnd, outdent } from './block-builders.ts'
import { closesFence, fenceLine, indentOf } from './line-shapes.ts'

/** A part of a text that is shown as written, or a fenced block of code in it. */
export interface FencedPart {
  kind: 'words' | 'code'
  text: string
  /** The language of code, '' if none is named. */
  language: string
  /** The offset of the part in the whole text. */
  at: number
}

/** Splits a text into blocks of code between fences and the words around them. A fence that is not closed goes on to the end. */
export function splitFences(source: string): readonly FencedPart[] {
  const text = source.replaceAll(/\r\n?/g, '\n')
  const parts: FencedPart[] = []
  let from = 0
  const addWords = (end: number): void => {
    // The line end before a fence belongs to the fence.
    const words = text.slice(from, end).replace(/\n$/, '')
    if (words.trim() !== '') parts.push({ kind: 'words', text: words, language: '', at: from })
  }
  for (let start = 0; start < text.length;) {
    const end = lineEnd(text, start)
    const line = text.slice(start, end)
    const fence = fenceLine.exec(line)
    if (fence === null) {
      start = end + 1
      continue
    }
    addWords(start)
    const close = findClose(text, end + 1, fence[1] ?? fence[2] ?? '')
    const code = outdent(text.slice(end + 1, close), indentOf(line)).replace(/\n$/, '')
    parts.push({ kind: 'code', text: code, language: languageOf(line), at: start })
    start = Math.min(text.length, lineEnd(text, close) + 1)
    from = start
  }
  addWords(text.length)
  return parts
}

/** Returns the start of the line that closes a fence, or the end of the text. */
function findClose(text: string, from: number, fence: string): number {
  for (let start = from; start < text.length;) {
    const end = lineEnd(text, start)
    const line = text.slice(start, end)
    if (indentOf(line) < 4 && closesFence(line, fence)) return start
    start = end + 1
  }
  return text.length
}

/** Returns the first `lines` lines of a text, and how many lines the text has. */
export function firstLines(text: string, lines: number): { head: string; total: number } {
  let total = 1
  let cut = text.length
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    if (total === lines) cut = at
    total++
  }
  return { head: text.slice(0, cut), total }
}
