import cluster from 'node:cluster'
import { sleep } from '../base/index.ts'
import type { BackoffOptions, Clock, Logger } from '../base/index.ts'
import { WorkerSlot } from './worker-slot.ts'
import type { StopMode } from './worker-messages.ts'

export interface SuperviseOptions {
  workers: number
  /** The module that a worker runs, which must call `connectToSupervisor`; `args` are its arguments. */
  exec: string
  args: string[]
  /** Added to the environment of worker `number` (from 1); `restarted` from its second start on. */
  env: (number: number, restarted: boolean) => Record<string, string>
  /**
   * Exit codes of a start that cannot succeed. Until all workers have been ready once, such a code ends all workers.
   */
  fatalExitCodes: readonly number[]
  /** How long a worker may take to drain, ms. */
  graceMs: number
  clock: Clock
  logger: Logger
  /** Called once, when all workers are ready; they listen on this port. */
  ready: (port: number) => void
  /** Pauses before a worker is restarted, ms. */
  pauses?: BackoffOptions
}

export interface Supervisor {
  /** Resolves with the exit code when all workers have ended and none will be restarted. */
  readonly ended: Promise<number>
  /** Drains all workers; a second call ends them without waiting. */
  stop(): void
}

/** Additional time after the grace period for a worker to close its resources, ms; then it is killed. */
const closingGraceMs = 6000
const stopNowMs = 4000

/**
 * Runs instances as processes that share one listening socket (node:cluster, without its round robin, in which a
 * connection that is handed to a dying worker can be lost). A worker that dies only loses its own connections. It is
 * restarted after a growing pause, without a limit of attempts.
 */
export function supervise(options: SuperviseOptions): Supervisor {
  const {
    workers,
    exec,
    args,
    clock,
    logger,
    fatalExitCodes: fatal,
    pauses = { initialMs: 250, maxMs: 30_000 },
  } = options
  let stopping: StopMode | undefined
  let everReady = false
  let code = 0

  const slots = Array.from({ length: workers }, (_, index) => {
    const number = index + 1
    return new WorkerSlot({
      number,
      exec,
      args,
      env: (restarted) => options.env(number, restarted),
      clock,
      logger,
      pauses,
      ready(port) {
        logger.debug({ worker: number, port }, 'worker is ready')
        if (everReady || !slots.every(({ isReady: serving }) => serving)) return
        everReady = true
        options.ready(port)
      },
      ended(exit) {
        if (stopping !== undefined) {
          code ||= exit ?? 1
          return false
        }
        if (everReady || exit === null || !fatal.includes(exit)) return true
        // The worker has logged the reason, which is the same for all workers.
        code = exit
        stop()
        return false
      },
    })
  })

  function stop(): void {
    if (stopping === 'now') return
    stopping = stopping === undefined ? 'drain' : 'now'
    for (const slot of slots) slot.stop(stopping)
    void killAfter(stopping === 'now' ? stopNowMs : options.graceMs + closingGraceMs)
  }

  const ended = Promise.all(slots.map(({ done }) => done)).then(() => code)

  async function killAfter(ms: number): Promise<void> {
    const over = new AbortController()
    void ended.then(() => over.abort())
    await sleep(ms, over.signal)
    if (over.signal.aborted) return
    logger.warn({ afterMs: ms }, 'workers did not stop in time and are killed')
    for (const slot of slots) slot.kill()
  }

  cluster.schedulingPolicy = cluster.SCHED_NONE
  for (const slot of slots) slot.start()
  return { ended, stop }
}
