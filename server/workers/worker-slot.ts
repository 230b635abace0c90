import cluster from 'node:cluster'
import type { Worker } from 'node:cluster'
import { backoff, guarded, sleep } from '../base/index.ts'
import type { BackoffOptions, Clock, Logger } from '../base/index.ts'
import { fromWorker } from './worker-messages.ts'
import type { HowToStop } from './worker-messages.ts'

export interface WorkerSlotOptions {
  /** 1 for the first. */
  number: number
  exec: string
  args: string[]
  /** Added to the environment; `restarted` from the second time on. */
  env: (restarted: boolean) => Record<string, string>
  clock: Clock
  logger: Logger
  pauses: BackoffOptions
  ready: (port: number) => void
  /** It ended; answers whether it is to be started again. */
  ended: (code: number | null) => boolean
}

/** One that served for this long was well: the next start does not wait. */
const wellMs = 30_000

/** One place of a supervisor: a process, and after its end the next one, for ever. */
export class WorkerSlot {
  readonly #options: WorkerSlotOptions
  readonly #stopping = new AbortController()
  readonly #done = Promise.withResolvers<void>()
  #worker: Worker | undefined
  #readyAt: number | undefined
  #starts = 0
  #failures = 0

  constructor(options: WorkerSlotOptions) {
    this.#options = options
  }

  get serving(): boolean {
    return this.#readyAt !== undefined
  }

  /** Resolves when it has ended for good. */
  get done(): Promise<void> {
    return this.#done.promise
  }

  start(): void {
    const { number, exec, args, env, clock, logger } = this.#options
    cluster.setupPrimary({ exec, args })
    const worker = cluster.fork(env(this.#starts++ > 0))
    this.#worker = worker
    const hear = guarded({ logger, event: 'message of a worker' }, (message: unknown) => {
      const parsed = fromWorker.safeParse(message)
      if (!parsed.success) return
      this.#readyAt = clock.monotonic()
      this.#options.ready(parsed.data.port)
    })
    const ended = guarded(
      { logger, event: 'end of a worker' },
      (code: number | null, signal: string | null) => this.#ended(code, signal),
    )
    worker.on('message', hear)
    worker.on('error', (error) => logger.error({ err: error, worker: number }, 'a worker cannot be reached'))
    worker.once('exit', ended)
  }

  stop(how: HowToStop): void {
    this.#stopping.abort()
    if (!this.#worker) return this.#done.resolve()
    // One whose channel broke ends by itself.
    if (this.#worker.isConnected()) this.#worker.send({ shoal: how })
  }

  kill(): void {
    this.#worker?.process.kill('SIGKILL')
  }

  #ended(code: number | null, signal: string | null): void {
    const { number, clock, logger, pauses, ended } = this.#options
    const well = this.#readyAt !== undefined && clock.monotonic() - this.#readyAt > wellMs
    this.#worker = undefined
    this.#readyAt = undefined
    const again = ended(code) && !this.#stopping.signal.aborted
    if (!again) return this.#done.resolve()
    this.#failures = well ? 0 : this.#failures + 1
    const pauseMs = Math.round(backoff(this.#failures, pauses))
    logger.error({ worker: number, code, signal, pauseMs }, 'a worker ended and is started again')
    void sleep(pauseMs, this.#stopping.signal).then(() => {
      // A stop in between has resolved what there is to wait for.
      if (!this.#stopping.signal.aborted) this.start()
    })
  }
}
