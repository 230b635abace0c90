import type { StreamDialect } from '../stream-dialects.ts'

/** A piece of the body as it is written, or a pause. */
export type StreamStep = string | Buffer | { pauseMs: number }

/** One way in which providers and proxies get a stream wrong, and what has to become of it. */
export interface FaultyStream {
  name: string
  steps(dialect: StreamDialect): StreamStep[]
  /** `null`: none. Default: the protocol's own. */
  contentType?: string | null
  encoding?: 'gzip' | 'br' | 'deflate' | 'deflate-raw' | 'zstd'
  /** What the header says of the encoding; default: what it is. Null: nothing. */
  encodingLabel?: string | null
  /** What happens behind the last step. Default: it ends properly. */
  lastly?: 'end' | 'break' | 'hang'
  /** Each byte goes out by itself. */
  cutEverywhere?: boolean
  expected: {
    text?: string
    reasoning?: string
    end?: string
    error?: string
    /** Part of the sentence that people are shown. */
    says?: string
  }
}

/** Deadlines of the table: `longPause` is longer than what is waited for behind an end that is credible. */
export const streamDeadlines = { afterEndMs: 250, betweenWordsMs: 2_000, firstWordMs: 4_000 }
export const longPause = { pauseMs: 600 }
export const shortPause = { pauseMs: 10 }

export const good = { text: 'Hello world', end: 'stop' }

/** `Hello world` with its end, and something in the middle of it. */
export const around = (d: StreamDialect, ...middle: string[]): string[] => [
  d.frame(d.piece('Hello ')),
  ...middle,
  d.frame(d.piece('world')),
  d.frame(d.end('stop')),
  d.done,
]

export const proper = (d: StreamDialect): string[] => around(d)
