import type { IncomingMessage } from 'node:http'
import { decompressBody } from './body-decompressor.ts'
import { UpstreamError } from './upstream-error.ts'

export interface ReadBodyOptions {
  maxBytes: number
  /** Longer, slower or broken bodies are cut where they stand, instead of being an error. */
  cut?: boolean
  ms: number
}

/**
 * The text of a whole answer. Rejects with the signal's reason, `upstream_silent` after `ms`, or `upstream_broke_off`
 * when it breaks or is larger than `maxBytes`.
 */
export function readBody(
  response: IncomingMessage,
  { maxBytes, cut = false, ms }: ReadBodyOptions,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    let finished = false
    const timer = setTimeout(() => finish(new UpstreamError('upstream_silent')), ms)

    function finish(error?: UpstreamError): void {
      if (finished) return
      finished = true
      clearTimeout(timer)
      if (signal.aborted) reject(signal.reason as Error)
      else if (error && !cut) reject(error)
      else resolve(withoutMark(Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8')))
      if (!response.complete) response.destroy()
    }

    decompressBody(response, {
      data(chunk) {
        if (finished) return
        chunks.push(chunk)
        bytes += chunk.length
        if (bytes <= maxBytes) return
        const message = `The model provider sent more than ${maxBytes} bytes where less was expected.`
        finish(new UpstreamError('upstream_broke_off', { message }))
      },
      closed({ cause }) {
        finish(cause === undefined ? undefined : new UpstreamError('upstream_broke_off', { cause }))
      },
    })
  })
}

/** The byte order mark that some servers put in front: no JSON parser takes it. */
function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}
