import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { FastifyReply } from 'fastify'
import { guarded } from '../base/index.ts'
import type { Logger } from '../base/index.ts'

/**
 * Server-sent events on a reply. The headers are sent with the first event: until then the reply can still be an error
 * with a status. When nothing is sent for `pingMs`, a comment is sent, because proxies close a connection that is
 * silent for a minute.
 */
export class EventStream {
  readonly #reply: FastifyReply
  readonly #hijack: (reply: FastifyReply) => ServerResponse
  readonly #signal: AbortSignal
  readonly #ping: NodeJS.Timeout
  #begun = false

  constructor(
    reply: FastifyReply,
    {
      hijack,
      signal,
      pingMs,
      logger,
    }: {
      hijack: (reply: FastifyReply) => ServerResponse
      signal: AbortSignal
      pingMs: number
      logger: Logger
    },
  ) {
    this.#reply = reply
    this.#hijack = hijack
    this.#signal = signal
    // Writing has failed, so the client cannot be sent an error either.
    const failed = (): void => void reply.raw.destroy()
    const ping = guarded({ logger, event: 'ping of a stream' }, () => this.#write(': ping\n\n'), failed)
    this.#ping = setInterval(ping, pingMs)
  }

  get begun(): boolean {
    return this.#begun
  }

  /** Resolves when the socket can take more data, or at once when the client has disconnected. */
  async send(events: (Record<string, unknown> | '[DONE]')[]): Promise<void> {
    if (events.length === 0 || this.#signal.aborted) return
    this.#ping.refresh()
    const text = events.map((event) => `data: ${event === '[DONE]' ? event : JSON.stringify(event)}\n\n`)
    if (this.#write(text.join(''))) return
    try {
      await once(this.#reply.raw, 'drain', { signal: this.#signal })
    } catch (error) {
      if (!this.#signal.aborted) throw error
    }
  }

  /** Ends the stream. It may be called twice, and before the first event. */
  end(): void {
    clearInterval(this.#ping)
    if (this.#begun) this.#reply.raw.end()
  }

  #write(text: string): boolean {
    const { raw } = this.#reply
    if (raw.destroyed || raw.writableEnded) return true
    if (!this.#begun) {
      this.#begun = true
      this.#reply.headers({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
      })
      this.#hijack(this.#reply).writeHead(200)
    }
    return raw.write(text)
  }
}
