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
  /** A job whose instance died is done by another after this long, ms. A handler has nine tenths of it. */
  leaseMs?: number
  /** How often this instance asks for work, ms; work that it adds itself begins at once. */
  pollMs?: number
  /** Done at once on this instance. */
  most?: number
}

/** Does one job; may run twice where an instance died in between. What it waits for heeds the signal. */
export type JobHandler = (payload: unknown, signal: AbortSignal) => Promise<void>

const attempts = 5
const pauses = { first: 5000, most: 10 * 60_000 }

/**
 * Background work of the fleet: each job is a row that one instance claims with a fence, does, and removes. One whose
 * instance dies is done by another after the lease; one that fails is tried again with growing pauses, then kept as dead
 * for a week.
 */
export class Jobs {
  readonly #options: JobsOptions
  readonly #handlers = new Map<string, JobHandler>()
  readonly #stopping = new AbortController()
  #busy = 0
  #looking = false
  #again = false

  constructor(options: JobsOptions) {
    this.#options = options
  }

  /** Before `start`. Kinds without a handler are left to instances that have one. */
  on(kind: string, handler: JobHandler): void {
    this.#handlers.set(kind, handler)
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
    if (this.#stopping.signal.aborted || this.#handlers.size === 0) return
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
    const claimed = await store.claim({ me, kinds: [...this.#handlers.keys()], limit: room, leaseMs })
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
    const handler = this.#handlers.get(job.kind)
    if (!handler) return
    try {
      // An instance that died with it has used an attempt as well: a job that kills must not go round for ever.
      if (job.attempts > attempts) throw new Error('the instances that tried it died')
      const late = AbortSignal.timeout(Math.round(leaseMs * 0.9))
      const signal = AbortSignal.any([this.#stopping.signal, late])
      await handler(JSON.parse(job.payload), signal)
      signal.throwIfAborted()
    } catch (error) {
      await this.#failedJob(job, error)
      return
    }
    const mine = await store.finish(job.id, job.fence)
    if (!mine) logger.warn({ kind: job.kind }, 'a job took longer than its lease, and was done elsewhere too')
  }

  async #failedJob(job: JobRow, error: unknown): Promise<void> {
    const { store, logger } = this.#options
    const again = this.#stopping.signal.aborted ? 0 : backoff(job.attempts - 1, pauses)
    const dead = job.attempts >= attempts && !this.#stopping.signal.aborted
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
