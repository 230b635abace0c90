import type { Clock } from '../base/index.ts'
import { UpstreamError } from './upstream-error.ts'

/** Deadlines for a provider, ms. */
export interface AnswerDeadlines {
  /** The maximum time to connect, including name resolution, TCP and TLS. */
  connectMs: number
  /** The maximum time until the first content: a provider may load the model first, or not send its reasoning. */
  firstWordMs: number
  /** The maximum time between two pieces of an answer, including keep-alive comments. */
  betweenWordsMs: number
  /**
   * The maximum time from the end that the provider reported to the close of the connection. Long, because some
   * providers report an end while they run a tool and then continue. Common providers close at once.
   */
  afterEndMs: number
  /** The maximum time of a whole answer; null for no limit while it makes progress. */
  totalMs: number | null
  /** The maximum time until the list of models has arrived. */
  listMs: number
}

export const answerDeadlines: AnswerDeadlines = {
  connectMs: 10_000,
  firstWordMs: 300_000,
  betweenWordsMs: 120_000,
  afterEndMs: 30_000,
  totalMs: null,
  listMs: 10_000,
}

/** The provider has sent nothing for too long. A whole answer that takes too long is a plain `UpstreamError`. */
export class ProviderTimeoutError extends UpstreamError {}

export interface TimeoutWatch {
  /** Aborts with an `upstream_silent` error: a `ProviderTimeoutError`, or a plain `UpstreamError` after `totalMs`. */
  signal: AbortSignal
  /** Reports that bytes arrived; `content` is false for mere keep-alive bytes. */
  reportBytes(content: boolean): void
  /** Suspends the deadlines while our own reader is busy. */
  pause(): void
  resume(): void
  stop(): void
}

/**
 * Detects a provider that has stopped responding. Before the first content only `firstWordMs` counts. After it, the
 * provider has stopped when no byte arrives for `betweenWordsMs`, or no content for the longer of both times:
 * keep-alive bytes alone do not keep an answer open forever.
 */
export function watchTimeouts(
  { firstWordMs, betweenWordsMs, totalMs }: AnswerDeadlines,
  clock: Clock,
): TimeoutWatch {
  const controller = new AbortController()
  const maxContentPauseMs = Math.max(firstWordMs, betweenWordsMs)
  let lastByte = clock.monotonic()
  let lastWord = lastByte
  let hasContent = false
  let paused = false
  let timer: NodeJS.Timeout | undefined

  const due = (): number =>
    hasContent ? Math.min(lastByte + betweenWordsMs, lastWord + maxContentPauseMs) : lastWord + firstWordMs

  // One timer checks timestamps, so that a piece of an answer needs no timer of its own.
  function arm(): void {
    timer = setTimeout(check, Math.max(paused ? betweenWordsMs : 1, Math.ceil(due() - clock.monotonic())))
  }
  function check(): void {
    if (paused || clock.monotonic() < due()) return arm()
    const seconds = (hasContent ? betweenWordsMs : firstWordMs) / 1000
    controller.abort(
      new ProviderTimeoutError('upstream_silent', {
        message: hasContent
          ? `The model provider stopped responding for ${seconds} seconds during the answer. Try again.`
          : `The model provider did not start to answer within ${seconds} seconds. Try again.`,
      }),
    )
  }

  const total =
    totalMs === null ? undefined : setTimeout(() => controller.abort(totalTimeoutError(totalMs)), totalMs)

  arm()
  return {
    signal: controller.signal,
    reportBytes(content) {
      lastByte = clock.monotonic()
      if (!content) return
      lastWord = lastByte
      if (hasContent) return
      hasContent = true
      clearTimeout(timer)
      arm()
    },
    pause() {
      paused = true
    },
    resume() {
      paused = false
      lastByte = lastWord = clock.monotonic()
    },
    stop() {
      clearTimeout(timer)
      clearTimeout(total)
    },
  }
}

function totalTimeoutError(ms: number): UpstreamError {
  return new UpstreamError('upstream_silent', {
    message: `The answer took longer than the limit of ${ms / 1000} seconds. Ask for a shorter answer, or have the operator raise AIOHTTP_CLIENT_TIMEOUT.`,
    detail: { reason: 'answer_timeout', seconds: ms / 1000 },
  })
}
