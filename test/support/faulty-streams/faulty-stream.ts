import type { StreamDialect } from '../stream-dialects.ts'

/** A piece of the body that is written at once, or a pause. */
export type StreamStep = string | Buffer | { pauseMs: number }

/** A stream with a fault that providers or proxies produce, and the expected result. */
export interface FaultyStream {
  name: string
  steps(dialect: StreamDialect): StreamStep[]
  /** `null`: no header. Default: the content type of the dialect. */
  contentType?: string | null
  encoding?: 'gzip' | 'br' | 'deflate' | 'deflate-raw' | 'zstd'
  /** The content-encoding header. Default: the real encoding. `null`: no header. */
  encodingLabel?: string | null
  /** What happens after the last step. Default: the response ends properly. */
  ending?: 'end' | 'break' | 'hang'
  /** Each byte is written separately. */
  byteByByte?: boolean
  expected: {
    text?: string
    reasoning?: string
    end?: string
    error?: string
    /** A part of the error message. */
    message?: string
  }
}

/** The deadlines for these streams. `longPause` is longer than `afterEndMs`, the wait after a credible end. */
export const streamDeadlines = { afterEndMs: 250, betweenWordsMs: 2_000, firstWordMs: 4_000 }
export const longPause = { pauseMs: 600 }
export const shortPause = { pauseMs: 10 }

export const helloWorldResult = { text: 'Hello world', end: 'stop' }

/** `Hello world` with its end, and further pieces between the two words. */
export const helloWorldAround = (d: StreamDialect, ...middle: string[]): string[] => [
  d.frame(d.piece('Hello ')),
  ...middle,
  d.frame(d.piece('world')),
  d.frame(d.end('stop')),
  d.done,
]

export const helloWorld = (d: StreamDialect): string[] => helloWorldAround(d)
