import type { WireError } from '../../protocol/errors.ts'
import type { ClientFrame, ServerFrame } from '../../protocol/frames.ts'
import type { RunStarted, RunStartRequest } from '../../protocol/run.ts'
import { runAfter } from '../base/clock.ts'
import type { Sleep } from '../base/clock.ts'

export interface PendingStart {
  started: Promise<RunStarted>
  /** Stops the run. Before the run has an id, the stop is held and sent once the id is known (rule 10 of a run). */
  stop: () => Promise<void>
}

export interface StartsOptions {
  send: (frame: ClientFrame) => boolean
  startRun: (request: RunStartRequest) => Promise<RunStarted>
  stopRun: (runId: string) => Promise<void>
  /** Creates the error that a refused request rejects with; `undefined` if the reply contains no run. */
  toError: (refusal: WireError | undefined) => Error
  /** Longest wait for a reply over the socket, ms. */
  replyMs: number
  sleep: Sleep
}

export interface Starts {
  start: (request: RunStartRequest) => PendingStart
  stop: (runId: string) => Promise<void>
  reply: (frame: Extract<ServerFrame, { t: 'reply' }>) => void
  /** The connection is lost: repeats over HTTP all requests that still wait for a reply. */
  connectionLost: () => void
}

/** A request that was sent over the socket and has no reply yet. */
interface PendingReply {
  resolve: (run: RunStarted | undefined) => void
  reject: (error: Error) => void
  retryOverHttp: () => void
  cancelDeadline: () => void
}

/** The state of a start. `stopping`: Stop was pressed before the run has an id. */
type StartState = { name: 'requested' | 'stopping' } | { name: 'started'; runId: string }

/**
 * Starts and stops runs. Requests are sent over the socket, whose instance then writes the answer. Without a reply in
 * time, or without a socket, the same request is sent over HTTP. The client's id makes it safe to repeat a request.
 */
export function createStarts(options: StartsOptions): Starts {
  const { send, startRun, stopRun, toError, replyMs, sleep } = options
  const pendingReplies = new Map<string, PendingReply>()
  let refs = 0

  const request = (
    frame: (ref: string) => ClientFrame,
    overHttp: () => Promise<RunStarted | undefined>,
  ): Promise<RunStarted | undefined> => {
    const ref = `r${++refs}`
    if (!send(frame(ref))) return overHttp()
    return new Promise((resolve, reject) => {
      const retryOverHttp = (): void => {
        if (!pendingReplies.delete(ref)) return
        overHttp().then(resolve, reject)
      }
      pendingReplies.set(ref, {
        resolve,
        reject,
        retryOverHttp,
        cancelDeadline: runAfter(sleep, replyMs, retryOverHttp),
      })
    })
  }

  const stop = async (runId: string): Promise<void> => {
    await request(
      (ref) => ({ t: 'run.stop', ref, runId }),
      async () => {
        await stopRun(runId)
        return undefined
      },
    )
  }

  return {
    stop,
    start(run) {
      let state: StartState = { name: 'requested' }
      const withStop = (): RunStartRequest => (state.name === 'stopping' ? { ...run, stop: true } : run)
      const started = request(
        (ref) => ({ t: 'run.start', ref, run: withStop() }),
        () => startRun(withStop()),
      ).then(async (reply) => {
        if (!reply) throw toError(undefined)
        const wasStopping = state.name === 'stopping'
        state = { name: 'started', runId: reply.runId }
        if (wasStopping) await stop(reply.runId)
        return reply
      })
      return {
        started,
        async stop() {
          if (state.name === 'started') return stop(state.runId)
          state = { name: 'stopping' }
          await started
        },
      }
    },
    reply(frame) {
      const it = pendingReplies.get(frame.ref)
      if (!it) return
      pendingReplies.delete(frame.ref)
      it.cancelDeadline()
      if (frame.ok) it.resolve(frame.run)
      else it.reject(toError(frame.error))
    },
    connectionLost() {
      for (const it of pendingReplies.values()) {
        it.cancelDeadline()
        it.retryOverHttp()
      }
    },
  }
}
