import type { IncomingMessage } from 'node:http'
import { decompressBody } from './body-decompressor.ts'
import { UpstreamError } from './upstream-error.ts'

export interface ReadBodyOptions {
  maxBytes: number
  /** Returns what has arrived of a body that is too long, too slow or broken, instead of rejecting. */
  cut?: boolean
  ms: number
}

/**
 * Reads a whole body as text. Rejects with the signal's reason, with `upstream_silent` after `ms`, or with
 * `upstream_broke_off` when the connection breaks or the body is larger than `maxBytes`.
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
        const message = `The model provider’s response is larger than ${maxBytes} bytes. Check the address of the connection.`
        finish(new UpstreamError('upstream_broke_off', { message }))
      },
      closed({ cause }) {
        finish(cause === undefined ? undefined : new UpstreamError('upstream_broke_off', { cause }))
      },
    })
  })
}

/** Removes the byte order mark that some servers send first: JSON parsers refuse it. */
function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}
