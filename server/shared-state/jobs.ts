import { backoff, every, newId, sleep } from '../base/index.ts'
import type { Clock, Logger } from '../base/index.ts'
import type { JobRow, Jobs as StoredJobs } from '../store/contract/fleet.ts'
import { StoreError } from '../store/store.ts'

export interface JobsOptions {
  store: StoredJobs
  /** The incarnation that claims. */
  me: string
  clock: Clock
  logger: Logger
  /** A job whose instance died is done by another after this long, ms; one that runs keeps its lease. */
  leaseMs?: number
  /** How often this instance asks for work, ms; work that it adds itself begins at once. */
  pollMs?: number
  /** Done at once on this instance. */
  most?: number
}

/** What a job that runs has of its queue. */
export interface JobRun {
  /** Aborts when the instance stops, the time of the job is over, or another instance has the job. */
  signal: AbortSignal
  /** The progress that was last reported, by whichever instance; null: none. */
  progress: unknown
  /** Stores how far the job has come. A job that reports may fail five more times. Rejects as the store does. */
  report: (progress: unknown) => Promise<void>
}

/** Does one job; may run twice where an instance died in between. What it waits for heeds the signal. */
export type JobHandler = (payload: unknown, run: JobRun) => Promise<void>

const maxAttempts = 5
const pauses = { first: 5000, most: 10 * 60_000 }
/** How long a handler may take unless its kind says otherwise, ms. */
const defaultMaxMs = 54_000
/** Reports are logged this often at most, ms. */
const logEveryMs = 30_000

class JobLost extends Error {}

interface JobKind {
  handler: JobHandler
  maxMs: number
}

/**
 * Background work of the fleet: each job is a row that one instance claims with a fence, does, and removes. One whose
 * instance dies is done by another after the lease, which is extended as long as the job runs; one that fails is tried
 * again with growing pauses, then kept as dead for a week.
 */
export class Jobs {
  readonly #options: JobsOptions
  readonly #kinds = new Map<string, JobKind>()
  readonly #stopping = new AbortController()
  #busy = 0
  #looking = false
  #again = false

  constructor(options: JobsOptions) {
    this.#options = options
  }

  /** Before `start`. Kinds without a handler are left to instances that have one. `maxMs`: then it is aborted. */
  on(kind: string, handler: JobHandler, { maxMs = defaultMaxMs } = {}): void {
    this.#kinds.set(kind, { handler, maxMs })
  }

  /** Rejects as the store does. While one with this kind and key waits, another is not added. */
  async add(kind: string, key: string, payload: unknown, { inMs = 0 } = {}): Promise<void> {
    const { store, clock } = this.#options
    const id = newId(clock.now())
    await store.add({ id, kind, key, payload: JSON.stringify(payload), inMs })
    if (inMs === 0) this.#lookSoon()
  }

  start(): void {
    const { pollMs = 10_000 } = this.#options
    void every(() => this.#look(), {
      ms: () => pollMs,
      failed: (error) => this.#failed(error),
      signal: this.#stopping.signal,
    })
    this.#lookSoon()
  }

  /** Claims nothing more, and tells what runs to end. What does not finish is done elsewhere. */
  stop(): void {
    this.#stopping.abort()
  }

  #lookSoon(): void {
    void this.#look().catch((error: unknown) => this.#failed(error))
  }

  async #look(): Promise<void> {
    if (this.#stopping.signal.aborted || this.#kinds.size === 0) return
    if (this.#looking) {
      this.#again = true
      return
    }
    this.#looking = true
    try {
      await this.#claim()
    } finally {
      this.#looking = false
    }
    if (!this.#again) return
    this.#again = false
    await this.#look()
  }

  async #claim(): Promise<void> {
    const { store, me, leaseMs = 60_000, most = 2 } = this.#options
    const room = most - this.#busy
    if (room <= 0) return
    const claimed = await store.claim({ me, kinds: [...this.#kinds.keys()], limit: room, leaseMs })
    for (const job of claimed) {
      this.#busy++
      void this.#do(job, leaseMs)
        .catch((error: unknown) => this.#failed(error))
        .finally(() => {
          this.#busy--
          this.#lookSoon()
        })
    }
  }

  async #do(job: JobRow, leaseMs: number): Promise<void> {
    const { store, logger } = this.#options
    const kind = this.#kinds.get(job.kind)
    if (!kind) return
    const ended = new AbortController()
    const lost = new AbortController()
    const until = [this.#stopping.signal, AbortSignal.timeout(kind.maxMs), lost.signal]
    const signal = AbortSignal.any(until)
    try {
      // An instance that died with it has used an attempt as well: a job that kills must not go round for ever.
      if (job.attempts > maxAttempts) throw new Error('the instances that tried it died')
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
        logger.warn({ kind: job.kind, job: job.id }, 'another instance has this job now')
      else await this.#failedJob(job, error)
      return
    }
    ended.abort()
    const mine = await store.finish(job.id, job.fence)
    if (!mine) logger.warn({ kind: job.kind }, 'a job took longer than its lease, and was done elsewhere too')
  }

  /** Extends the lease until the job has ended or has used its time: one that hangs goes to another instance. */
  #keepLease(
    job: JobRow,
    { leaseMs, lost, until }: { leaseMs: number; lost: AbortController; until: AbortSignal },
  ): void {
    void every(
      async () => {
        if (await this.#options.store.extend(job.id, job.fence, { leaseMs })) return
        if (!until.aborted) lost.abort(new JobLost())
      },
      // The first comes after the first pause.
      { ms: () => leaseMs / 3, failed: (error) => this.#failed(error), signal: until },
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
      logger.info({ kind: job.kind, progress }, 'a long job makes progress')
    }
  }

  async #failedJob(job: JobRow, error: unknown): Promise<void> {
    const { store, logger } = this.#options
    const again = this.#stopping.signal.aborted ? 0 : backoff(job.attempts - 1, pauses)
    const dead = job.attempts >= maxAttempts && !this.#stopping.signal.aborted
    const said = error instanceof Error ? error.message : String(error)
    if (dead) logger.error({ err: error, kind: job.kind, job: job.id }, 'a job is given up')
    else logger.debug({ err: error, kind: job.kind, pauseMs: again }, 'a job failed and is tried again')
    await store.fail(job.id, job.fence, said, dead ? null : again)
  }

  #failed(error: unknown): void {
    const { logger } = this.#options
    if (error instanceof StoreError) logger.debug({ err: error }, 'jobs cannot be looked for now')
    else logger.error({ err: error }, 'looking for jobs failed')
  }
}

/** Calls `step` until it has nothing more to do, with pauses, so that a long job leaves the store to others. */
export async function paced(step: () => Promise<boolean>, signal: AbortSignal, pauseMs = 100): Promise<void> {
  while (!signal.aborted && (await step())) await sleep(pauseMs, signal)
}
