import { UpstreamError } from './upstream-error.ts'

const lf = 10
const cr = 13

export interface LineSplitter {
  /** Returns the lines that this chunk completes, without their line ends. */
  push(chunk: Buffer): string[]
  /** Returns the last line if it had no line end. */
  end(): string[]
}

/**
 * Splits bytes into lines that end in LF, CR or CRLF, independent of the chunk borders. The cost per byte is constant,
 * however long a line is. Only whole lines are decoded, so no character is split. A leading byte order mark is dropped.
 * A line without an end after `maxBytes` throws `upstream_broke_off`.
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
      // Checked only for a chunk without a line end: otherwise the open line is part of one chunk, and throwing would
      // lose the completed lines.
      if (heldBytes > maxBytes) {
        throw new UpstreamError('upstream_broke_off', {
          message: `The model provider sent a line of more than ${maxBytes} bytes. Try again, or choose another model.`,
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
