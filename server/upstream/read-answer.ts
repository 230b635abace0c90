import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { AnswerAssembler } from './answer-assembler.ts'
import type { SilenceWatch } from './silence-watch.ts'
import type { StreamParser } from './sse-parser.ts'
import type { GenerateEnd, UpstreamSink } from './upstream.ts'
import { UpstreamError } from './upstream-error.ts'

/** How long a socket may take to come to its end behind an answer that is complete, to be used again, ms. */
const drainMs = 1_000

export interface AnswerParts {
  /** Feeds the assembler with what it reads. */
  decoder: StreamParser
  assembler: AnswerAssembler
  sink: UpstreamSink
  watch: SilenceWatch
  /** As in the deadlines. */
  afterEndMs: number
}

/**
 * Reads an answer to its end. What one chunk held goes to the sink together. While a promise from there is open, the
 * socket is not read: what comes waits in the kernel, and then goes to the sink together, so that a process which
 * gathers the words of many answers wakes up once for all of them.
 * Resolves with the end that the provider stated, also when it then closes badly or not at all. Rejects with the
 * provider's fault, `upstream_broke_off` when it closed without an end, the sink's error, or the signal's reason.
 */
export function readAnswer(
  response: IncomingMessage,
  parts: AnswerParts,
  signal: AbortSignal,
): Promise<GenerateEnd> {
  return new Promise((resolve, reject) => {
    // Not until the socket closes: the provider may be done while the sink still holds the last words.
    const release = (): void => signal.removeEventListener('abort', onAbort)
    const reader = new AnswerReader(response, parts, { resolve, reject, release })
    const onAbort = (): void => reader.fail(signal.reason)
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
    reader.start()
  })
}

interface Settle {
  resolve: (end: GenerateEnd) => void
  reject: (error: unknown) => void
  release: () => void
}

class AnswerReader {
  readonly #response: IncomingMessage
  readonly #parts: AnswerParts
  readonly #settle: Settle
  #settled = false
  /** The sink has not settled yet, or what came meanwhile is being collected. */
  #busy = false
  /** Collected: words must not be lost when the connection then breaks. */
  #held: Buffer[] = []
  /** No more bytes will come: with an error when the connection broke. */
  #closed: { cause?: unknown } | undefined
  #drained = false
  #endTimer: NodeJS.Timeout | undefined

  constructor(response: IncomingMessage, parts: AnswerParts, settle: Settle) {
    this.#response = response
    this.#parts = parts
    this.#settle = settle
  }

  start(): void {
    if (this.#settled) return
    this.#response.on('data', this.#onData)
    this.#response.once('end', () => this.#onClosed({}))
    // Stays until the socket is gone: destroying it may report an error once more.
    this.#response.on('error', (cause) => this.#onClosed({ cause }))
  }

  fail(error: unknown): void {
    this.#finish(() => this.#settle.reject(error))
    this.#response.destroy()
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#busy) {
      this.#held.push(chunk)
      return
    }
    this.#decode(() => this.#parts.decoder.push(chunk))
    this.#deliver()
  }

  /** Reads what has come while nobody looked, all of it before any of it goes on. */
  #collect(): void {
    this.#socket?.resume()
    this.#response.resume()
    // After the event loop has read from its sockets.
    setImmediate(() => {
      if (this.#settled) return
      this.#busy = false
      const held = this.#held
      if (held.length === 0) return this.#conclude()
      this.#held = []
      this.#decode(() => held.forEach((chunk) => this.#parts.decoder.push(chunk)))
      this.#deliver()
    })
  }

  #onClosed(closed: { cause?: unknown }): void {
    this.#closed ??= closed
    if (!this.#busy) this.#conclude()
  }

  #decode(work: () => void): void {
    const { assembler } = this.#parts
    try {
      if (!assembler.fault) work()
    } catch (error) {
      if (!(error instanceof UpstreamError)) return this.fail(error)
      // Rubbish behind an end does not take the end back.
      if (assembler.end) assembler.done = true
      else assembler.fault = error
    }
  }

  #deliver(): void {
    const { assembler, sink, watch } = this.#parts
    const events = assembler.take()
    watch.heard(events.some(({ kind }) => kind !== 'usage'))
    if (this.#settled) return
    if (events.length === 0) return this.#conclude()
    try {
      const taken = sink(events)
      if (taken) this.#waitFor(taken)
      else this.#conclude()
    } catch (error) {
      this.fail(error)
    }
  }

  #waitFor(taken: Promise<void>): void {
    this.#busy = true
    this.#response.pause()
    this.#socket?.pause()
    this.#parts.watch.pause()
    taken.then(
      () => {
        if (this.#settled) return
        this.#parts.watch.resume()
        this.#collect()
      },
      (error: unknown) => this.fail(error),
    )
  }

  /** None once the answer is read to its end: it may be another request's by then. */
  get #socket(): Socket | null {
    return this.#response.socket
  }

  /** Looks whether that was all. */
  #conclude(): void {
    const { assembler, afterEndMs } = this.#parts
    if (this.#settled) return
    if (assembler.fault) return this.fail(assembler.fault)
    if (!assembler.done && !this.#closed) {
      if (assembler.end) this.#endTimer ??= setTimeout(() => this.#onClosed({}), afterEndMs)
      return
    }
    if (!this.#drained) {
      this.#drained = true
      const broken = !assembler.done && this.#closed?.cause !== undefined
      if (!broken) this.#decode(() => this.#parts.decoder.end())
      if (!assembler.fault && (assembler.done || assembler.end)) assembler.close()
      return this.#deliver()
    }
    if (assembler.done || assembler.end) return this.#succeed(assembler)
    this.fail(new UpstreamError('upstream_broke_off', { cause: this.#closed?.cause }))
  }

  #succeed(assembler: AnswerAssembler): void {
    const reason = assembler.hasToolCalls ? 'tool-calls' : 'stop'
    this.#finish(() => this.#settle.resolve(assembler.end ?? { reason }))
    this.#response.off('data', this.#onData)
    if (this.#response.complete) return
    const timer = setTimeout(() => this.#response.destroy(), drainMs)
    this.#response.once('close', () => clearTimeout(timer))
    this.#response.resume()
  }

  #finish(settle: () => void): void {
    if (this.#settled) return
    this.#settled = true
    clearTimeout(this.#endTimer)
    this.#settle.release()
    settle()
  }
}
