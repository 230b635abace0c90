import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { AnswerAssembler } from './answer-assembler.ts'
import type { StreamParser } from './answer-parser.ts'
import { decompressBody } from './body-decompressor.ts'
import type { BodyDecompressor } from './body-decompressor.ts'
import { ProviderSilence } from './silence-watch.ts'
import type { SilenceWatch } from './silence-watch.ts'
import type { GenerateEnd, UpstreamSink } from './upstream.ts'
import { UpstreamError } from './upstream-error.ts'

/** How long a socket may take to come to its end behind an answer that is complete, to be used again, ms. */
const drainMs = 1_000
/** How long more words are waited for behind an end that is certain, until the provider closes, ms. */
const afterDoneMs = 2_000

/** What one turn of the event loop brings from a provider at full speed, bytes. */
const fastBytes = 32_768
/** What is read at once at most, bytes. */
const maxHeldBytes = 1_048_576

export interface AnswerParts {
  /** Feeds the assembler with what it reads. */
  decoder: StreamParser
  assembler: AnswerAssembler
  sink: UpstreamSink
  watch: SilenceWatch
  /** As in the deadlines. */
  afterEndMs: number
  betweenWordsMs: number
}

/**
 * Reads an answer to its end. What one chunk held goes to the sink together. While a promise from there is open, the
 * socket is not read: what comes waits in the kernel, and then goes to the sink together, so that a process which
 * gathers the words of many answers wakes up once for all of them.
 * An end that the provider states is only a claim: words behind it cancel it, and then no later end of this answer is
 * believed before the provider closes or falls silent. Resolves with the end that holds, also when the provider then
 * closes badly or not at all. Rejects with the provider's fault, `upstream_broke_off` when it closed without an end, the
 * sink's error, or the signal's reason.
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
    const onAbort = (): void => reader.abort(signal.reason)
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
  #heldBytes = 0
  /** No more bytes will come: with an error when the connection broke. */
  #closed: { cause?: unknown } | undefined
  #drained = false
  #endTimer: NodeJS.Timeout | undefined
  #endTimerMs: number | undefined
  #body: BodyDecompressor | undefined

  constructor(response: IncomingMessage, parts: AnswerParts, settle: Settle) {
    this.#response = response
    this.#parts = parts
    this.#settle = settle
  }

  start(): void {
    if (this.#settled) return
    this.#body = decompressBody(this.#response, {
      data: (chunk) => this.#safely(() => this.#onData(chunk)),
      closed: (closed) => this.#safely(() => this.#onClosed(closed)),
    })
  }

  /** Silence behind an end is no fault. */
  abort(reason: unknown): void {
    if (!(reason instanceof ProviderSilence) || !this.#parts.assembler.ended || this.#busy)
      return this.fail(reason)
    this.#onClosed({})
    this.#response.destroy()
  }

  fail(error: unknown): void {
    this.#finish(() => this.#settle.reject(error))
    this.#response.destroy()
  }

  /** For handlers of raw events: what they throw fails this answer, and is logged by whoever waits for it. */
  #safely(handle: () => void): void {
    try {
      handle()
    } catch (error) {
      this.fail(error)
    }
  }

  #onData(chunk: Buffer): void {
    if (this.#settled) return
    if (this.#busy) {
      this.#held.push(chunk)
      this.#heldBytes += chunk.length
      return
    }
    this.#decode(() => this.#parts.decoder.push(chunk))
    this.#deliver()
  }

  /** Reads what has come while nobody looked, all of it before any of it goes on. */
  #collect(): void {
    this.#socket?.resume()
    this.#response.resume()
    this.#body?.resume()
    this.#afterReading(0)
  }

  /** A provider at full speed fills what the kernel keeps again while it is read: that is read too, up to a bound. */
  #afterReading(before: number): void {
    // After the event loop has read from its sockets.
    setImmediate(() =>
      this.#safely(() => {
        const more = this.#heldBytes - before >= fastBytes && this.#heldBytes < maxHeldBytes
        if (more && !this.#settled) this.#afterReading(this.#heldBytes)
        else this.#readHeld()
      }),
    )
  }

  #readHeld(): void {
    if (this.#settled) return
    this.#busy = false
    const held = this.#held
    if (held.length === 0) return this.#conclude()
    this.#held = []
    this.#heldBytes = 0
    this.#decode(() => held.forEach((chunk) => this.#parts.decoder.push(chunk)))
    this.#deliver()
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
      if (assembler.endIsCredible) assembler.stateDone()
      else assembler.fault = error
    }
  }

  #deliver(): void {
    const { assembler, sink, watch } = this.#parts
    const events = assembler.take()
    const words = events.some(({ kind }) => kind !== 'usage')
    watch.heard(words)
    if (this.#settled) return
    if (words) this.#forgetEndTimer()
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
    this.#forgetEndTimer()
    this.#response.pause()
    this.#socket?.pause()
    this.#body?.pause()
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
    const { assembler } = this.#parts
    if (this.#settled) return
    if (assembler.fault) return this.fail(assembler.fault)
    if (!this.#closed) return this.#waitForMore()
    const broken = this.#closed.cause !== undefined
    if (!this.#drained) {
      this.#drained = true
      if (!broken || assembler.endIsCertain) this.#decode(() => this.#parts.decoder.end())
      if (!assembler.fault && assembler.ended) assembler.close()
      return this.#deliver()
    }
    const ended = broken ? assembler.endIsCredible : assembler.ended
    if (ended && assembler.end !== 'error') return this.#succeed(assembler)
    this.fail(new UpstreamError('upstream_broke_off', { cause: this.#closed.cause }))
  }

  /** The provider may close soon, say more, or never close. */
  #waitForMore(): void {
    const { assembler, afterEndMs, betweenWordsMs } = this.#parts
    if (!assembler.ended) return
    let ms = assembler.endIsCredible ? afterEndMs : Math.max(afterEndMs, betweenWordsMs)
    if (assembler.endIsCertain) ms = Math.min(ms, afterDoneMs)
    if (this.#endTimerMs === ms) return
    this.#forgetEndTimer()
    this.#endTimerMs = ms
    this.#endTimer = setTimeout(() => this.#safely(() => this.#onClosed({})), ms)
  }

  #forgetEndTimer(): void {
    clearTimeout(this.#endTimer)
    this.#endTimerMs = undefined
  }

  #succeed(assembler: AnswerAssembler): void {
    const { end, skippedLines } = assembler
    const reason = end && end !== 'error' ? end : assembler.hasToolCalls ? 'tool-calls' : 'stop'
    this.#finish(() => this.#settle.resolve({ reason, ...(skippedLines > 0 ? { skippedLines } : {}) }))
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
