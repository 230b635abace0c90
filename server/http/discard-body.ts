import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'

export interface DiscardBounds {
  /** The response is sent after this time even if the client is still sending. */
  answerWithinMs: number
  /** The response is sent if the client has sent nothing for this time. */
  idleMs: number
  /** The response is sent after this many bytes even if the client is still sending. */
  answerAfterBytes: number
  /** The connection is closed after this many bytes. */
  maxBytes: number
  /** The connection is closed if the client is still sending after this time. */
  maxMs: number
}

const bounds: DiscardBounds = {
  answerWithinMs: 5000,
  idleMs: 1000,
  answerAfterBytes: 67_108_864,
  maxBytes: 268_435_456,
  maxMs: 30_000,
}

/**
 * For a response that is ready before the whole body has arrived, such as an error. Closing the connection at this
 * point would reset it, and most clients would lose the response. Some clients also hang if the response comes while
 * they are sending. So the rest of the body is read and discarded first, within bounds. Resolves when the response may
 * be sent.
 */
export function discardBody(
  { raw }: FastifyRequest,
  reply: FastifyReply,
  given: DiscardBounds = bounds,
): Promise<void> | undefined {
  if (raw.complete || raw.destroyed) return undefined
  // Set even while the instance drains: the connection then closes after its next request.
  reply.header('connection', 'keep-alive')
  return new Promise((resolve) => readAndForget(raw, given, resolve))
}

function readAndForget(raw: IncomingMessage, given: DiscardBounds, answer: () => void): void {
  const { socket } = raw
  const idle = setTimeout(answer, given.idleMs)
  const timers = [
    idle,
    setTimeout(answer, given.answerWithinMs),
    setTimeout(() => socket.destroy(), given.maxMs),
  ]
  for (const timer of timers) timer.unref()
  let bytes = 0
  raw.on('data', (chunk: Buffer) => {
    idle.refresh()
    bytes += chunk.length
    if (bytes > given.answerAfterBytes) answer()
    if (bytes > given.maxBytes) socket.destroy()
  })
  const ended = (): void => {
    for (const timer of timers) clearTimeout(timer)
    answer()
  }
  raw.once('end', ended)
  raw.once('close', ended)
}
