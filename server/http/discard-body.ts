import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'

export interface DiscardBounds {
  /** The answer waits while the client is sending, but no longer than this, … */
  answerWithinMs: number
  /** … nor while nothing comes for this long, … */
  idleMs: number
  /** … nor for more than this. */
  answerAfterBytes: number
  /** Whatever is sent in all, and until when; then the connection is closed. */
  maxBytes: number
  withinMs: number
}

const bounds: DiscardBounds = {
  answerWithinMs: 5000,
  idleMs: 1000,
  answerAfterBytes: 67_108_864,
  maxBytes: 268_435_456,
  withinMs: 30_000,
}

/**
 * For an answer that is decided before the whole body has arrived, such as a refusal. Closing the connection then
 * resets it, and most clients lose the answer with it; some also stop sending, and hang, when the answer comes too
 * early. So the rest is read and forgotten first, within bounds. Resolves when the answer may go out.
 */
export function discardBody(
  { raw }: FastifyRequest,
  reply: FastifyReply,
  given: DiscardBounds = bounds,
): Promise<void> | undefined {
  if (raw.complete || raw.destroyed) return undefined
  // Also while the instance drains: the next request on this connection is the one that closes it.
  reply.header('connection', 'keep-alive')
  return new Promise((resolve) => readAndForget(raw, given, resolve))
}

function readAndForget(raw: IncomingMessage, given: DiscardBounds, answer: () => void): void {
  const { socket } = raw
  const idle = setTimeout(answer, given.idleMs)
  const timers = [
    idle,
    setTimeout(answer, given.answerWithinMs),
    setTimeout(() => socket.destroy(), given.withinMs),
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
