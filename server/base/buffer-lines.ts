/** A file that is written without waiting. */
export interface ByteFile {
  write(bytes: Buffer): unknown
}

/** This much text is written at once, in characters. */
const maxBuffered = 65_536
/** A line is written at the latest after this, ms. */
const flushEveryMs = 100

/**
 * Collects lines and writes them together, since a separate write costs more than everything else about a line. The
 * buffer of pino's own destination measures all of its text again for each line, which took half of the time of a line.
 * When the process ends, except by `kill -9`, the rest is written.
 */
export function bufferLines(file: ByteFile): { write(line: string): void } {
  let text = ''
  const flush = (): void => {
    if (text === '') return
    const bytes = Buffer.from(text)
    text = ''
    file.write(bytes)
  }
  setInterval(flush, flushEveryMs).unref()
  // Before the listeners with which pino writes what is left in `file`.
  process.prependListener('beforeExit', flush)
  process.prependListener('exit', flush)
  return {
    write(line) {
      text += line
      if (text.length >= maxBuffered) flush()
    },
  }
}
