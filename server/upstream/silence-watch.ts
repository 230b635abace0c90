import type { Clock } from '../base/index.ts'
import { UpstreamError } from './upstream-error.ts'

/** How long a provider may take, ms. */
export interface AnswerDeadlines {
  /** Until the connection stands: name, TCP and TLS. */
  connectMs: number
  /** From the request to the first word; a model may have to be loaded, or may think unseen. */
  firstWordMs: number
  /** Between two pieces of an answer, a sign of life included. */
  betweenWordsMs: number
  /**
   * Once the provider has said why it ended, until it closes. Long, because some say so while they run a tool and then
   * write on; the providers in use close at once.
   */
  afterEndMs: number
  /** For a whole answer; null: as long as it keeps coming. */
  totalMs: number | null
  /** For the list of models. */
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

/** Nothing has come for too long; an answer that takes too long as a whole is no silence. */
export class ProviderSilence extends UpstreamError {}

export interface SilenceWatch {
  /** Aborts with an `upstream_silent` error: a `ProviderSilence`, or another for the time of the whole answer. */
  signal: AbortSignal
  /** Something came: bytes that may be a mere sign of life, or words. */
  heard(words: boolean): void
  /** Our reader is slow: that is not the provider's silence. */
  pause(): void
  resume(): void
  stop(): void
}

/**
 * Notices a provider that has fallen silent. Before the first word only `firstWordMs` counts. After it, no byte for
 * `betweenWordsMs` is silence, and so is no word for the longer of both: signs of life alone keep nothing open forever.
 */
export function watchSilence(
  { firstWordMs, betweenWordsMs, totalMs }: AnswerDeadlines,
  clock: Clock,
): SilenceWatch {
  const controller = new AbortController()
  const wordless = Math.max(firstWordMs, betweenWordsMs)
  let lastByte = clock.monotonic()
  let lastWord = lastByte
  let begun = false
  let paused = false
  let timer: NodeJS.Timeout | undefined

  const due = (): number =>
    begun ? Math.min(lastByte + betweenWordsMs, lastWord + wordless) : lastWord + firstWordMs

  // One timer that looks at stamps: a word costs no timer of its own.
  function arm(): void {
    timer = setTimeout(look, Math.max(paused ? betweenWordsMs : 1, Math.ceil(due() - clock.monotonic())))
  }
  function look(): void {
    if (paused || clock.monotonic() < due()) return arm()
    const seconds = (begun ? betweenWordsMs : firstWordMs) / 1000
    controller.abort(
      new ProviderSilence('upstream_silent', {
        message: begun
          ? `The model provider fell silent in mid-answer for ${seconds} seconds.`
          : `The model provider did not begin to answer within ${seconds} seconds.`,
      }),
    )
  }

  const total = totalMs === null ? undefined : setTimeout(() => controller.abort(tooLong(totalMs)), totalMs)

  arm()
  return {
    signal: controller.signal,
    heard(words) {
      lastByte = clock.monotonic()
      if (!words) return
      lastWord = lastByte
      if (begun) return
      begun = true
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

function tooLong(ms: number): UpstreamError {
  return new UpstreamError('upstream_silent', {
    message: `The answer took longer than the ${ms / 1000} seconds that are allowed for a whole one.`,
  })
}
