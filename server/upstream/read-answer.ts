import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { AnswerAssembler } from './answer-assembler.ts'
import type { StreamParser } from './answer-parser.ts'
import { decompressBody } from './body-decompressor.ts'
import type { BodyDecompressor } from './body-decompressor.ts'
import { ProviderTimeoutError } from './timeout-watch.ts'
import type { TimeoutWatch } from './timeout-watch.ts'
import type { GenerateEnd, UpstreamSink } from './upstream.ts'
import { UpstreamError } from './upstream-error.ts'

/** How long the response may take to end after a complete answer, so that its socket can be reused, ms. */
const drainMs = 1_000
/** How long the reader waits for more text or the close of the connection after a certain end, ms. */
const afterDoneMs = 2_000

/** A turn of the event loop that reads this much shows that the provider sends at full speed, bytes. */
const fullSpeedBytes = 32_768
/** How much is collected at most before it is decoded, bytes. */
const maxHeldBytes = 1_048_576

export interface AnswerParts {
  /** Passes what it decodes to the assembler. */
  decoder: StreamParser
  assembler: AnswerAssembler
  sink: UpstreamSink
  watch: TimeoutWatch
  /** As in `AnswerDeadlines`. */
  afterEndMs: number
  betweenWordsMs: number
}

/**
 * Reads an answer to its end. The sink gets all events of a chunk in one call. While a promise of the sink is pending,
 * the socket is not read: new bytes wait in the kernel, and then go to the sink in one call. So a process that handles
 * many answers wakes up once for all of them, and not for each chunk.
 * An end that the provider reports is only a claim: more content cancels it. After that, no end of this answer is
 * believed until the provider closes the connection or stops sending. Resolves with the end that holds, also if the
 * provider then closes with an error or not at all. Rejects with the provider's fault, `upstream_broke_off` if it
 * closed without an end, the sink's error, or the signal's reason.
 */
export function readAnswer(
  response: IncomingMessage,
  parts: AnswerParts,
  signal: AbortSignal,
): Promise<GenerateEnd> {
  return new Promise((resolve, reject) => {
    // The listener stays until the answer settles: the sink may still hold the last events after the socket has closed.
    const release = (): void => signal.removeEventListener('abort', onAbort)
    const reader = new AnswerReader(response, parts, { resolve, reject, release })
    const onAbort = (): void => reader.abort(signal.reason)
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
    reader.start()
  })
}

interface Settlement {
  resolve: (end: GenerateEnd) => void
  reject: (error: unknown) => void
  release: () => void
}

class AnswerReader {
  readonly #response: IncomingMessage
  readonly #parts: AnswerParts
  readonly #settle: Settlement
  #settled = false
  /** Whether the sink has not settled yet, or bytes that arrived in the meantime are being collected. */
  #busy = false
  /** Bytes that are not decoded yet. They must not be lost if the connection breaks. */
  #held: Buffer[] = []
  #heldBytes = 0
  /** Set when the body has ended; with `cause` when the connection broke. */
  #closed: { cause?: unknown } | undefined
  #drained = false
  #endTimer: NodeJS.Timeout | undefined
  #endTimerMs: number | undefined
  #body: BodyDecompressor | undefined

  constructor(response: IncomingMessage, parts: AnswerParts, settle: Settlement) {
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

  /** If the provider timed out after it had reported an end, the answer ends normally; otherwise it fails. */
  abort(reason: unknown): void {
    if (!(reason instanceof ProviderTimeoutError) || !this.#parts.assembler.hasEnded || this.#busy)
      return this.fail(reason)
    this.#onClosed({})
    this.#response.destroy()
  }

  fail(error: unknown): void {
    this.#finish(() => this.#settle.reject(error))
    this.#response.destroy()
  }

  /** Wraps handlers of raw events: an error in one of them rejects this answer, and the caller logs it. */
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

  /** Reads everything that arrived while the socket was paused, before any of it is decoded. */
  #collect(): void {
    this.#socket?.resume()
    this.#response.resume()
    this.#body?.resume()
    this.#afterReading(0)
  }

  /** A provider at full speed refills the kernel's buffer during the read: that is read too, up to `maxHeldBytes`. */
  #afterReading(before: number): void {
    // `setImmediate` runs after the event loop has read from its sockets.
    setImmediate(() =>
      this.#safely(() => {
        const more = this.#heldBytes - before >= fullSpeedBytes && this.#heldBytes < maxHeldBytes
        if (more && !this.#settled) this.#afterReading(this.#heldBytes)
        else this.#readHeld()
      }),
    )
  }

  #readHeld(): void {
    if (this.#settled) return
    this.#busy = false
    const held = this.#held
    if (held.length === 0) return this.#settleOrWait()
    this.#held = []
    this.#heldBytes = 0
    this.#decode(() => held.forEach((chunk) => this.#parts.decoder.push(chunk)))
    this.#deliver()
  }

  #onClosed(closed: { cause?: unknown }): void {
    this.#closed ??= closed
    if (!this.#busy) this.#settleOrWait()
  }

  #decode(work: () => void): void {
    const { assembler } = this.#parts
    try {
      if (!assembler.fault) work()
    } catch (error) {
      if (!(error instanceof UpstreamError)) return this.fail(error)
      // Invalid data after an end does not cancel the end.
      if (assembler.isEndCredible) assembler.reportDone()
      else assembler.fault = error
    }
  }

  #deliver(): void {
    const { assembler, sink, watch } = this.#parts
    const events = assembler.takeEvents()
    const hasContent = events.some(({ kind }) => kind !== 'usage')
    watch.reportBytes(hasContent)
    if (this.#settled) return
    if (hasContent) this.#clearEndTimer()
    if (events.length === 0) return this.#settleOrWait()
    try {
      const taken = sink(events)
      if (taken) this.#waitFor(taken)
      else this.#settleOrWait()
    } catch (error) {
      this.fail(error)
    }
  }

  #waitFor(taken: Promise<void>): void {
    this.#busy = true
    this.#clearEndTimer()
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

  /** Null when the response has ended: the socket may then belong to another request. */
  get #socket(): Socket | null {
    return this.#response.socket
  }

  /** Settles if the answer is complete or has failed; otherwise waits for more. */
  #settleOrWait(): void {
    const { assembler } = this.#parts
    if (this.#settled) return
    if (assembler.fault) return this.fail(assembler.fault)
    if (!this.#closed) return this.#waitForMore()
    const broken = this.#closed.cause !== undefined
    if (!this.#drained) {
      this.#drained = true
      if (!broken || assembler.isEndCertain) this.#decode(() => this.#parts.decoder.end())
      if (!assembler.fault && assembler.hasEnded) assembler.close()
      return this.#deliver()
    }
    const ended = broken ? assembler.isEndCredible : assembler.hasEnded
    if (ended && assembler.end !== 'error') return this.#succeed(assembler)
    this.fail(new UpstreamError('upstream_broke_off', { cause: this.#closed.cause }))
  }

  /** Limits the wait after an end: the provider may close the connection, send more, or never close it. */
  #waitForMore(): void {
    const { assembler, afterEndMs, betweenWordsMs } = this.#parts
    if (!assembler.hasEnded) return
    let ms = assembler.isEndCredible ? afterEndMs : Math.max(afterEndMs, betweenWordsMs)
    if (assembler.isEndCertain) ms = Math.min(ms, afterDoneMs)
    if (this.#endTimerMs === ms) return
    this.#clearEndTimer()
    this.#endTimerMs = ms
    this.#endTimer = setTimeout(() => this.#safely(() => this.#onClosed({})), ms)
  }

  #clearEndTimer(): void {
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
