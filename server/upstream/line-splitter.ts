import { UpstreamError } from './upstream-error.ts'

const lf = 10
const cr = 13

export interface LineSplitter {
  /** The lines that this chunk completes, without their ends. */
  push(chunk: Buffer): string[]
  /** The last line, when it had no end. */
  end(): string[]
}

/**
 * Cuts bytes into lines that end in LF, CR or CRLF, wherever the chunks are cut. A byte is looked at a constant number
 * of times however long its line. Text is decoded in whole lines only, so no character is ever torn; a leading byte
 * order mark is dropped. A line that is still open after `maxBytes` throws `upstream_broke_off`.
 */
export function createLineSplitter(maxBytes: number): LineSplitter {
  let held: Buffer[] = []
  let heldBytes = 0
  let skipLf = false
  let atStart = true

  function decode(last: Buffer): string {
    const text = (held.length === 0 ? last : Buffer.concat([...held, last])).toString('utf8')
    held = []
    heldBytes = 0
    const bare = atStart && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
    atStart = false
    return bare
  }

  return {
    push(chunk) {
      if (chunk.length === 0) return []
      const start = skipLf && chunk[0] === lf ? 1 : 0
      skipLf = chunk[chunk.length - 1] === cr
      const end = Math.max(chunk.lastIndexOf(lf), chunk.lastIndexOf(cr)) + 1
      if (end > start) {
        const text = decode(chunk.subarray(start, end))
        if (end < chunk.length) hold(chunk.subarray(end))
        const lines = text.includes('\r') ? text.split(/\r\n|\r|\n/) : text.split('\n')
        lines.pop()
        return lines
      }
      if (start < chunk.length) hold(chunk.subarray(start))
      // Only here: what follows a line end is at most one chunk, and the lines before it must not be lost.
      if (heldBytes > maxBytes) {
        throw new UpstreamError('upstream_broke_off', {
          message: `The model provider sent a line of more than ${maxBytes} bytes.`,
        })
      }
      return []
    },
    end: () => (heldBytes === 0 ? [] : [decode(Buffer.alloc(0))]),
  }

  function hold(rest: Buffer): void {
    held.push(rest)
    heldBytes += rest.length
  }
}
