import { backoff, guarded } from '../../base/index.ts'
import type { Clock, Logger } from '../../base/index.ts'
import type { EntryId, LogAnswer, RunLog, Snapshot, Starts, Words } from './run-log.ts'
import { RunText } from './run-text.ts'

/** The time between two appends while the log has a follower, and while it has none. */
const paceMs = { followed: 100, unfollowed: 400 }
/**
 * All runs of this instance append at common ticks with this interval, so that Redis receives many appends in one
 * write.
 */
export const logTickMs = 100
/** An append that is at most this late still counts for the tick at which it was due. */
const tickToleranceMs = 10
const retryMs = { initialMs: 50, maxMs: 1000 }
/** The log expires after 24 h, so it is safe to refresh the expiry this rarely. */
const refreshExpiryMs = 10 * 60 * 1000

/**
 * Writes the log of a run for the run's owner. It collects text into batches and has one operation in progress at a
 * time, which stays frozen until the log has replied (rule 5). It reopens the log after LOST, BEHIND and GAP, and
 * reports a higher fence. It holds the whole text, so the run can resume without Redis.
 */
export interface LogWriter {
  /** The last seq of this fence that the log acknowledged; 0 before the first acknowledgement. */
  readonly seq: number
  /** Adds text, which is sent at one of the next ticks. Never waits. */
  write(text: string): void
  /**
   * Sends the waiting text at once. Resolves when the log has the whole text, when the log is known to be unreachable,
   * after `close`, or after `ms`.
   */
  flush(ms: number): Promise<void>
  /** Stops sending. */
  close(): void
}

export interface LogWriterOptions {
  log: RunLog
  runId: string
  fence: number
  /** The own fence is last. */
  starts: Starts
  /** The text of the run so far. */
  text: string
  /** Called once if the log has a higher fence. The owner must stop delivering and read the run from the store. */
  fenced: (fence: number) => void
  clock: Clock
  logger: Logger
}

/** Opens the log at once, with seq 1 of the fence. A claimant must have seized and read the log before (rule 8). */
export function createLogWriter(options: LogWriterOptions): LogWriter {
  return new Writer(options)
}

/** An operation that was sent and has no reply yet. It never changes, because the log may already have it. */
type Frozen =
  | { kind: 'open'; at: EntryId; snapshot: Snapshot }
  | { kind: 'append'; at: EntryId; words: Words; refreshExpiry: boolean }

class Writer implements LogWriter {
  seq = 0
  readonly #options: LogWriterOptions
  readonly #text: RunText
  readonly #proceedLater: () => void
  #frozen: Frozen | undefined
  /** Whether the next operation is an open, because the log may not have the text of this fence. */
  #mustOpen = true
  #nextSeq = 1
  /** Runs until the next operation is due, or until the frozen operation is retried. */
  #timer: NodeJS.Timeout | undefined
  #sending = false
  #failures = 0
  #followers = 0
  #appendedAt = Number.NEGATIVE_INFINITY
  #expiryAt = 0
  #closed = false
  readonly #flushes = new Set<() => void>()

  constructor(options: LogWriterOptions) {
    this.#options = options
    this.#text = new RunText(options.text)
    this.#proceedLater = guarded({ logger: options.logger, event: 'timer of a log writer' }, () => {
      this.#timer = undefined
      this.#proceed()
    })
    this.#proceed()
  }

  write(text: string): void {
    if (this.#closed || text === '') return
    this.#text.add(text)
    this.#proceed()
  }

  flush(ms: number): Promise<void> {
    if (this.#closed || this.#complete) return Promise.resolve()
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#flushes.delete(done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      this.#flushes.add(done)
      this.#cancelTimer()
      this.#proceed()
    })
  }

  close(): void {
    this.#closed = true
    this.#cancelTimer()
    this.#settleFlushes()
  }

  get #complete(): boolean {
    return !this.#frozen && !this.#mustOpen && !this.#text.hasUnsent
  }

  /** Freezes and sends the next operation if it is due; otherwise sets the timer for it. */
  #proceed(): void {
    if (this.#closed || this.#sending || this.#timer) return
    if (!this.#frozen) {
      if (this.#complete) return this.#settleFlushes()
      const wait = this.#mustOpen ? 0 : this.#msUntilDue()
      if (wait > 0) return this.#schedule(wait)
      this.#frozen = this.#freeze()
    }
    void this.#send(this.#frozen)
  }

  #msUntilDue(): number {
    if (this.#flushes.size > 0) return 0
    const pace = this.#followers > 0 ? paceMs.followed : paceMs.unfollowed
    const moment = Math.ceil((this.#appendedAt - tickToleranceMs) / logTickMs) * logTickMs
    return moment + pace - this.#options.clock.monotonic()
  }

  #freeze(): Frozen {
    const at = { fence: this.#options.fence, seq: this.#nextSeq++ }
    if (this.#mustOpen) {
      this.#mustOpen = false
      return { kind: 'open', at, snapshot: { starts: this.#options.starts, text: this.#text.takeWhole() } }
    }
    const now = this.#options.clock.monotonic()
    this.#appendedAt = now
    return {
      kind: 'append',
      at,
      words: this.#text.takeUnsent(),
      refreshExpiry: now - this.#expiryAt >= refreshExpiryMs,
    }
  }

  async #send(frozen: Frozen): Promise<void> {
    this.#sending = true
    const sentAt = this.#options.clock.monotonic()
    const answer = await this.#request(frozen)
    this.#sending = false
    if (this.#closed) return
    switch (answer.kind) {
      case 'ok':
        this.#followers = Math.max(0, answer.followers)
        this.#acknowledged(frozen, sentAt)
        break
      case 'repeat':
        this.#acknowledged(frozen, sentAt)
        break
      case 'fenced':
        this.close()
        this.#options.fenced(answer.fence)
        return
      case 'unavailable':
        this.#retryLater(answer.reason)
        return
      case 'lost':
      case 'behind':
      case 'gap':
        this.#reopen(answer.kind)
    }
    this.#proceed()
  }

  async #request(frozen: Frozen): Promise<LogAnswer> {
    const { log, runId } = this.#options
    try {
      if (frozen.kind === 'append') {
        return await log.append(runId, frozen.at, frozen.words, { refreshExpiry: frozen.refreshExpiry })
      }
      const answer = await log.open(runId, frozen.at, frozen.snapshot)
      if (answer.kind !== 'gap' && answer.kind !== 'behind' && answer.kind !== 'lost') return answer
      // A correct log never replies this to an open. Reopening in response could repeat for ever.
      return { kind: 'unavailable', reason: `unexpected reply to open: ${answer.kind}` }
    } catch (error) {
      this.#options.logger.error(
        { err: error, runId: this.#options.runId },
        'a run log operation threw an error',
      )
      return { kind: 'unavailable', reason: String(error) }
    }
  }

  #acknowledged(frozen: Frozen, sentAt: number): void {
    if (this.#failures > 0) this.#log({ failures: this.#failures }, 'the run log is reachable again')
    this.#failures = 0
    this.#frozen = undefined
    this.seq = frozen.at.seq
    if (frozen.kind === 'open' || frozen.refreshExpiry) this.#expiryAt = sentAt
  }

  /** It is unknown whether the log has the operation, so the retry sends the same bytes under the same seq. */
  #retryLater(reason: string): void {
    if (this.#failures === 0)
      this.#log({ reason }, 'the run log is unreachable; this instance keeps the text and retries')
    this.#schedule(backoff(this.#failures++, retryMs))
    this.#settleFlushes()
  }

  #reopen(because: string): void {
    this.#log({ because }, 'reopening the run log')
    this.#failures = 0
    this.#frozen = undefined
    this.#mustOpen = true
  }

  #schedule(ms: number): void {
    this.#timer = setTimeout(this.#proceedLater, ms)
  }

  #cancelTimer(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #settleFlushes(): void {
    for (const done of this.#flushes) done()
  }

  #log(facts: Record<string, unknown>, message: string): void {
    const { runId, fence, logger } = this.#options
    logger.info({ runId, fence, ...facts }, message)
  }
}
