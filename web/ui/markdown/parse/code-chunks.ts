import type { CodeChunk } from './blocks.ts'

const linesPerChunk = 20

/** Splits growing code into chunks. A full chunk keeps its identity. */
export class CodeChunks {
  #full: CodeChunk[] = []
  #at = 0

  /** `code` must begin with the code of the previous call. One line break at its end is not shown. */
  read(code: string): readonly CodeChunk[] {
    for (;;) {
      let end = this.#at
      let lines = 0
      while (lines < linesPerChunk) {
        const newline = code.indexOf('\n', end)
        if (newline < 0) break
        end = newline + 1
        lines++
      }
      // If the code ends here, the last line break is not shown and this is the last chunk.
      if (lines < linesPerChunk || end >= code.length) break
      this.#full.push(chunkOf(code.slice(this.#at, end), lines, this.#at))
      this.#at = end
    }
    const rest = code.slice(this.#at, code.endsWith('\n') ? code.length - 1 : code.length)
    if (rest === '' && this.#full.length > 0 && this.#at >= code.length) return this.#full
    return [...this.#full, chunkOf(rest, countLines(rest), this.#at)]
  }
}

function chunkOf(text: string, lines: number, at: number): CodeChunk {
  return { text, lines, columns: longestLine(text), at }
}

function longestLine(text: string): number {
  let longest = 0
  for (let start = 0; start <= text.length;) {
    const newline = text.indexOf('\n', start)
    const end = newline < 0 ? text.length : newline
    longest = Math.max(longest, end - start)
    start = end + 1
  }
  return longest
}

function countLines(text: string): number {
  let lines = 1
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++
  return lines
}

/** Splits complete code into chunks. */
export function chunkCode(code: string): readonly CodeChunk[] {
  return new CodeChunks().read(code)
}
