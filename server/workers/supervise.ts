import cluster from 'node:cluster'
import { sleep } from '../base/index.ts'
import type { BackoffOptions, Clock, Logger } from '../base/index.ts'
import { WorkerSlot } from './worker-slot.ts'
import type { HowToStop } from './worker-messages.ts'

export interface SuperviseOptions {
  workers: number
  /** The module that a worker runs, which calls `supervised`, and the words after it. */
  exec: string
  args: string[]
  /** Added to the environment of worker `number` (from 1); `restarted` from its second start on. */
  env: (number: number, restarted: boolean) => Record<string, string>
  /** Exit codes that a start which cannot succeed has: before everything was ready once, they end everything. */
  hopeless: readonly number[]
  /** How long a worker may take to drain, ms. */
  graceMs: number
  clock: Clock
  logger: Logger
  /** Once: all workers serve, on this port. */
  ready: (port: number) => void
  /** Pauses before a worker is started again, ms. */
  pauses?: BackoffOptions
}

export interface Supervisor {
  /** Resolves with the exit code when every worker has ended for good. */
  readonly ended: Promise<number>
  /** Drains all workers; a second call ends them now. */
  stop(): void
}

/** Beyond the grace a worker still closes what it has open. */
const closingMs = 6000
const nowMs = 4000

/**
 * Runs instances as processes that share one listening socket (node:cluster, without its round robin: a connection that
 * is handed over can be lost with the one it was handed to). One that dies takes only its own connections along, and is
 * started again with a growing pause, for ever.
 */
export function supervise(options: SuperviseOptions): Supervisor {
  const { workers, exec, args, clock, logger, hopeless, pauses = { first: 250, most: 30_000 } } = options
  let stopping: HowToStop | undefined
  let everReady = false
  let code = 0

  const slots = Array.from({ length: workers }, (_, place) => {
    const number = place + 1
    return new WorkerSlot({
      number,
      exec,
      args,
      env: (restarted) => options.env(number, restarted),
      clock,
      logger,
      pauses,
      ready(port) {
        logger.debug({ worker: number, port }, 'a worker serves')
        if (everReady || !slots.every(({ serving }) => serving)) return
        everReady = true
        options.ready(port)
      },
      ended(exit) {
        if (stopping !== undefined) {
          code ||= exit ?? 1
          return false
        }
        if (everReady || exit === null || !hopeless.includes(exit)) return true
        // It has said why, and the others would say the same.
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
    void killLate(stopping === 'now' ? nowMs : options.graceMs + closingMs)
  }

  const ended = Promise.all(slots.map(({ done }) => done)).then(() => code)

  async function killLate(ms: number): Promise<void> {
    const over = new AbortController()
    void ended.then(() => over.abort())
    await sleep(ms, over.signal)
    if (over.signal.aborted) return
    logger.warn({ afterMs: ms }, 'workers did not stop in time and are ended')
    for (const slot of slots) slot.kill()
  }

  cluster.schedulingPolicy = cluster.SCHED_NONE
  for (const slot of slots) slot.start()
  return { ended, stop }
}
