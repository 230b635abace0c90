import { backoff, guarded } from '../../base/index.ts'
import type { Clock, Logger } from '../../base/index.ts'
import type { EntryId, LogAnswer, RunLog, Snapshot, Starts, Words } from './run-log.ts'
import { RunText } from './run-text.ts'

/** Time between two appends, ms: while somebody follows elsewhere, and while nobody does. */
const paceMs = { followed: 100, unfollowed: 400 }
/** The logs of all runs here are written at moments this far apart, ms: Redis gets many in one piece. */
export const logMomentsMs = 100
/** An append that comes this late still counts for the moment that it was due at, ms. */
const lateMs = 10
const retryMs = { first: 50, most: 1000 }
/** The log's own expiry is 24 h: renewing it this seldom is safe and costs nothing. */
const refreshExpiryMs = 10 * 60 * 1000

/**
 * The owner's half of a run's log: gathers words, keeps one operation in flight, freezes what it has sent until the
 * answer is known (rule 5), opens the log anew on LOST, BEHIND, GAP and when Redis comes back, and says when a higher
 * fence was met. It holds the whole text, so Redis is never needed to go on.
 */
export interface LogWriter {
  /** The last seq the log acknowledged under this fence; 0 before the first. */
  readonly seq: number
  /** Adds words to the run's text; sent when the pace allows. Never waits. */
  write(text: string): void
  /** Resolves when the log has all that was written, or is known to be away or closed; waits `ms` at most. */
  flush(ms: number): Promise<void>
  /** No more is sent. */
  close(): void
}

export interface LogWriterOptions {
  log: RunLog
  runId: string
  fence: number
  /** Own fence last. */
  starts: Starts
  /** The text it begins with. */
  text: string
  /** A higher fence holds the log: stop delivering and read the run again. Called once. */
  fenced: (fence: number) => void
  clock: Clock
  logger: Logger
}

/** Opens the log at once, as seq 1 of the fence. A claimant has seized and read it before (rule 8). */
export function createLogWriter(options: LogWriterOptions): LogWriter {
  return new Writer(options)
}

/** What was sent and not yet answered. It never changes: the log may have it already. */
type Frozen =
  | { kind: 'open'; at: EntryId; snapshot: Snapshot }
  | { kind: 'append'; at: EntryId; words: Words; refreshExpiry: boolean }

class Writer implements LogWriter {
  seq = 0
  readonly #options: LogWriterOptions
  readonly #text: RunText
  readonly #proceedLater: () => void
  #frozen: Frozen | undefined
  /** The log is not known to hold this fence's text: the next operation is an open. */
  #anew = true
  #nextSeq = 1
  /** A timer until the next operation is due, or until the frozen one is sent again. */
  #timer: NodeJS.Timeout | undefined
  #sending = false
  #failures = 0
  #heard = 0
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
    return !this.#frozen && !this.#anew && !this.#text.hasUnsent
  }

  /** Does what is due: freezes the next operation and sends it, or plans to. */
  #proceed(): void {
    if (this.#closed || this.#sending || this.#timer) return
    if (!this.#frozen) {
      if (this.#complete) return this.#settleFlushes()
      const wait = this.#anew ? 0 : this.#pause()
      if (wait > 0) return this.#plan(wait)
      this.#frozen = this.#freeze()
    }
    void this.#send(this.#frozen)
  }

  #pause(): number {
    if (this.#flushes.size > 0) return 0
    const pace = this.#heard > 0 ? paceMs.followed : paceMs.unfollowed
    const moment = Math.ceil((this.#appendedAt - lateMs) / logMomentsMs) * logMomentsMs
    return moment + pace - this.#options.clock.monotonic()
  }

  #freeze(): Frozen {
    const at = { fence: this.#options.fence, seq: this.#nextSeq++ }
    if (this.#anew) {
      this.#anew = false
      return { kind: 'open', at, snapshot: { starts: this.#options.starts, text: this.#text.sendWhole() } }
    }
    const now = this.#options.clock.monotonic()
    this.#appendedAt = now
    return {
      kind: 'append',
      at,
      words: this.#text.sendRest(),
      refreshExpiry: now - this.#expiryAt >= refreshExpiryMs,
    }
  }

  async #send(frozen: Frozen): Promise<void> {
    this.#sending = true
    const sentAt = this.#options.clock.monotonic()
    const answer = await this.#ask(frozen)
    this.#sending = false
    if (this.#closed) return
    switch (answer.kind) {
      case 'ok':
        this.#heard = Math.max(0, answer.heard)
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
        this.#openAnew(answer.kind)
    }
    this.#proceed()
  }

  async #ask(frozen: Frozen): Promise<LogAnswer> {
    const { log, runId } = this.#options
    try {
      if (frozen.kind === 'append') {
        return await log.append(runId, frozen.at, frozen.words, { refreshExpiry: frozen.refreshExpiry })
      }
      const answer = await log.open(runId, frozen.at, frozen.snapshot)
      if (answer.kind !== 'gap' && answer.kind !== 'behind' && answer.kind !== 'lost') return answer
      // No log answers an open so; opening anew for it would never end.
      return { kind: 'unavailable', reason: `open was answered ${answer.kind}` }
    } catch (error) {
      this.#options.logger.error({ err: error, runId: this.#options.runId }, 'the run log threw')
      return { kind: 'unavailable', reason: String(error) }
    }
  }

  #acknowledged(frozen: Frozen, sentAt: number): void {
    if (this.#failures > 0) this.#tell({ failures: this.#failures }, 'the run log answers again')
    this.#failures = 0
    this.#frozen = undefined
    this.seq = frozen.at.seq
    if (frozen.kind === 'open' || frozen.refreshExpiry) this.#expiryAt = sentAt
  }

  /** The outcome is unknown, so the same bytes go again under the same seq. */
  #retryLater(reason: string): void {
    if (this.#failures === 0) this.#tell({ reason }, 'the run log does not answer; words are kept here')
    this.#plan(backoff(this.#failures++, retryMs))
    this.#settleFlushes()
  }

  #openAnew(because: string): void {
    this.#tell({ because }, 'the run log is opened anew')
    this.#failures = 0
    this.#frozen = undefined
    this.#anew = true
  }

  #plan(ms: number): void {
    this.#timer = setTimeout(this.#proceedLater, ms)
  }

  #cancelTimer(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #settleFlushes(): void {
    for (const done of this.#flushes) done()
  }

  #tell(facts: Record<string, unknown>, message: string): void {
    const { runId, fence, logger } = this.#options
    logger.info({ runId, fence, ...facts }, message)
  }
}
