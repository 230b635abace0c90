import { backoff, every, newId, sleep } from '../base/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import type { JobRow, Jobs as StoredJobs } from '../store/contract/fleet.ts'
import { StoreError } from '../store/store.ts'

export interface JobsOptions {
  store: StoredJobs
  /** The id of this incarnation, which claims the jobs. */
  me: string
  clock: Clock
  logger: Logger
  /** Milliseconds after which another instance may run a job whose instance died. A running job renews its lease. */
  leaseMs?: number
  /** The interval at which this instance polls for jobs, ms. A job that it adds itself starts at once. */
  pollMs?: number
  /** The maximum number of jobs that run at the same time on this instance. */
  maxConcurrent?: number
}

/** The interface of a running job to the queue. */
export interface JobRun {
  /**
   * Aborts when the instance stops, when the maximum time of the job is over, or when another instance has claimed it.
   */
  signal: AbortSignal
  /** The last progress that any instance reported for the job; null if there is none. */
  progress: unknown
  /**
   * Stores the progress and sets the number of attempts to one, so that earlier failures do not count any more. Rejects
   * if the store does, or if another instance has claimed the job.
   */
  report: (progress: unknown) => Promise<void>
}

/** Runs one job. A job may run twice if an instance dies. The handler must end soon after the signal aborts. */
export type JobHandler = (payload: unknown, run: JobRun) => Promise<void>

const maxAttempts = 5
const pauses = { initialMs: 5000, maxMs: 10 * 60_000 }
/** The default maximum time of a handler, ms. */
const defaultMaxMs = 54_000
/** The minimum time between two log lines about the progress of a job, ms. */
const logEveryMs = 30_000

class JobLost extends Error {}

interface JobKind {
  handler: JobHandler
  maxMs: number
}

/**
 * Background jobs of the fleet. Each job is a row of the store that one instance claims with a fence, runs and removes.
 * It extends the lease of the job while the job runs; if the instance dies, another one runs the job after the lease. A
 * failed job is retried after growing pauses; after the last attempt, its row is kept for a week.
 */
export class Jobs {
  readonly #options: JobsOptions
  readonly #kinds = new Map<string, JobKind>()
  readonly #stopping = new AbortController()
  #runningJobs = 0
  #polling = false
  #pollAgain = false

  constructor(options: JobsOptions) {
    this.#options = options
  }

  /**
   * Registers the handler of a kind; call it before `start`. Jobs of other kinds are left to instances that have a
   * handler. After `maxMs` the signal of the handler aborts.
   */
  on(kind: string, handler: JobHandler, { maxMs = defaultMaxMs } = {}): void {
    this.#kinds.set(kind, { handler, maxMs })
  }

  /** Adds a job, unless one with this kind and key is already waiting. Rejects if the store does. */
  async add(kind: string, key: string, payload: unknown, { inMs = 0 } = {}): Promise<void> {
    const { store, clock } = this.#options
    const id = newId(clock.now())
    await store.add({ id, kind, key, payload: JSON.stringify(payload), inMs })
    if (inMs === 0) this.#pollNow()
  }

  start(): void {
    const { pollMs = 10_000 } = this.#options
    void every(() => this.#poll(), {
      ms: () => pollMs,
      failed: (error) => this.#logFailure(error),
      signal: this.#stopping.signal,
    })
    this.#pollNow()
  }

  /** Stops claiming and aborts the running jobs. Unfinished jobs are run by other instances. */
  stop(): void {
    this.#stopping.abort()
  }

  #pollNow(): void {
    void this.#poll().catch((error: unknown) => this.#logFailure(error))
  }

  async #poll(): Promise<void> {
    if (this.#stopping.signal.aborted || this.#kinds.size === 0) return
    if (this.#polling) {
      this.#pollAgain = true
      return
    }
    this.#polling = true
    try {
      await this.#claim()
    } finally {
      this.#polling = false
    }
    if (!this.#pollAgain) return
    this.#pollAgain = false
    await this.#poll()
  }

  async #claim(): Promise<void> {
    const { store, me, leaseMs = 60_000, maxConcurrent = 2 } = this.#options
    const freeSlots = maxConcurrent - this.#runningJobs
    if (freeSlots <= 0) return
    const claimed = await store.claim({ me, kinds: [...this.#kinds.keys()], limit: freeSlots, leaseMs })
    for (const job of claimed) {
      this.#runningJobs++
      void this.#run(job, leaseMs)
        .catch((error: unknown) => this.#logFailure(error))
        .finally(() => {
          this.#runningJobs--
          this.#pollNow()
        })
    }
  }

  async #run(job: JobRow, leaseMs: number): Promise<void> {
    const { store, logger } = this.#options
    const kind = this.#kinds.get(job.kind)
    if (!kind) return
    const ended = new AbortController()
    const lost = new AbortController()
    const until = [this.#stopping.signal, AbortSignal.timeout(kind.maxMs), lost.signal]
    const signal = AbortSignal.any(until)
    try {
      // Deaths of instances count as attempts too, so that a job that kills its instance does not run for ever.
      if (job.attempts > maxAttempts) throw new Error('every instance that ran this job died')
      this.#keepLease(job, { leaseMs, lost, until: AbortSignal.any([...until, ended.signal]) })
      await kind.handler(JSON.parse(job.payload), {
        signal,
        progress: job.progress === null ? null : JSON.parse(job.progress),
        report: this.#reporter(job, leaseMs, lost),
      })
      signal.throwIfAborted()
    } catch (error) {
      ended.abort()
      if (lost.signal.aborted)
        logger.warn(
          { kind: job.kind, job: job.id },
          'this instance lost a job: another instance has claimed it',
        )
      else await this.#failJob(job, error)
      return
    }
    ended.abort()
    const mine = await store.finish(job.id, job.fence)
    if (!mine)
      logger.warn({ kind: job.kind }, 'a job took longer than its lease, and another instance ran it too')
  }

  /**
   * Extends the lease until the job ends or its maximum time is over; then another instance may run a job that hangs.
   */
  #keepLease(
    job: JobRow,
    { leaseMs, lost, until }: { leaseMs: number; lost: AbortController; until: AbortSignal },
  ): void {
    void every(
      async () => {
        if (await this.#options.store.extend(job.id, job.fence, { leaseMs })) return
        if (!until.aborted) lost.abort(new JobLost())
      },
      // `every` first waits for one interval.
      { ms: () => leaseMs / 3, failed: (error) => this.#logFailure(error), signal: until },
    )
  }

  #reporter(job: JobRow, leaseMs: number, lost: AbortController): JobRun['report'] {
    const { store, clock, logger } = this.#options
    let loggedAt = -Infinity
    return async (progress) => {
      const mine = await store.extend(job.id, job.fence, { leaseMs, progress: JSON.stringify(progress) })
      if (!mine) {
        lost.abort(new JobLost())
        throw new JobLost()
      }
      job.attempts = 1
      if (clock.monotonic() - loggedAt < logEveryMs) return
      loggedAt = clock.monotonic()
      logger.info({ kind: job.kind, progress }, 'job progress')
    }
  }

  async #failJob(job: JobRow, error: unknown): Promise<void> {
    const { store, logger } = this.#options
    const again = this.#stopping.signal.aborted ? 0 : backoff(job.attempts - 1, pauses)
    const dead = job.attempts >= maxAttempts && !this.#stopping.signal.aborted
    const errorMessage = error instanceof Error ? error.message : String(error)
    if (dead)
      logger.error(
        { err: error, kind: job.kind, job: job.id },
        'a job failed for the last time and will not be retried',
      )
    else logger.debug({ err: error, kind: job.kind, pauseMs: again }, 'a job failed and will be retried')
    await store.fail(job.id, job.fence, errorMessage, dead ? null : again)
  }

  #logFailure(error: unknown): void {
    const { logger } = this.#options
    if (error instanceof StoreError) logger.debug({ err: error }, 'jobs cannot be polled now')
    else logger.error({ err: error }, 'polling for jobs failed')
  }
}

/** Calls `step` until it resolves with false, with pauses, so that a long job does not keep the store busy. */
export async function runPaced(
  step: () => Promise<boolean>,
  signal: AbortSignal,
  pauseMs = 100,
): Promise<void> {
  while (!signal.aborted && (await step())) await sleep(pauseMs, signal)
}
