import cluster from 'node:cluster'
import type { Worker } from 'node:cluster'
import { backoff, guarded, sleep } from '../base/index.ts'
import type { BackoffOptions, Clock, Logger } from '../base/index.ts'
import { workerReport } from './worker-messages.ts'
import type { StopMode } from './worker-messages.ts'

export interface WorkerSlotOptions {
  /** Number of the slot; the first is 1. */
  number: number
  exec: string
  args: string[]
  /** Variables to add to the environment; `restarted` is true from the second start on. */
  env: (restarted: boolean) => Record<string, string>
  clock: Clock
  logger: Logger
  pauses: BackoffOptions
  ready: (port: number) => void
  /** Called when the process has ended; returns whether to restart it. */
  ended: (code: number | null) => boolean
}

/** A worker that was ready for this long counts as stable: its end resets the growing pause. */
const stableAfterMs = 30_000

/** A slot of a supervisor: runs a process and restarts it whenever it ends. */
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

  get isReady(): boolean {
    return this.#readyAt !== undefined
  }

  /** Resolves when the process has ended and will not be restarted. */
  get done(): Promise<void> {
    return this.#done.promise
  }

  start(): void {
    const { number, exec, args, env, clock, logger } = this.#options
    cluster.setupPrimary({ exec, args })
    const worker = cluster.fork(env(this.#starts++ > 0))
    this.#worker = worker
    const receive = guarded({ logger, event: 'worker message' }, (message: unknown) => {
      const parsed = workerReport.safeParse(message)
      if (!parsed.success) return
      this.#readyAt = clock.monotonic()
      this.#options.ready(parsed.data.port)
    })
    const ended = guarded({ logger, event: 'worker exit' }, (code: number | null, signal: string | null) =>
      this.#ended(code, signal),
    )
    worker.on('message', receive)
    worker.on('error', (error) => logger.error({ err: error, worker: number }, 'cannot reach worker'))
    worker.once('exit', ended)
  }

  stop(how: StopMode): void {
    this.#stopping.abort()
    if (!this.#worker) return this.#done.resolve()
    // A worker that has lost its channel drains by itself.
    if (this.#worker.isConnected()) this.#worker.send({ shoal: how })
  }

  kill(): void {
    this.#worker?.process.kill('SIGKILL')
  }

  #ended(code: number | null, signal: string | null): void {
    const { number, clock, logger, pauses, ended } = this.#options
    const well = this.#readyAt !== undefined && clock.monotonic() - this.#readyAt > stableAfterMs
    this.#worker = undefined
    this.#readyAt = undefined
    const again = ended(code) && !this.#stopping.signal.aborted
    if (!again) return this.#done.resolve()
    this.#failures = well ? 0 : this.#failures + 1
    const pauseMs = Math.round(backoff(this.#failures, pauses))
    logger.error({ worker: number, code, signal, pauseMs }, 'worker ended and is restarted')
    void sleep(pauseMs, this.#stopping.signal).then(() => {
      // If `stop` was called meanwhile, it has already resolved `done`.
      if (!this.#stopping.signal.aborted) this.start()
    })
  }
}
