import type { WireError } from '../../protocol/errors.ts'
import type { ClientFrame, ServerFrame } from '../../protocol/frames.ts'
import type { RunStarted, RunStartRequest } from '../../protocol/run.ts'

export interface PendingStart {
  started: Promise<RunStarted>
  /** Stops the run; pressed before it has an id, the wish is held and sent with it (rule 10 of a run). */
  stop: () => Promise<void>
}

export interface StartsOptions {
  send: (frame: ClientFrame) => boolean
  startRun: (request: RunStartRequest) => Promise<RunStarted>
  stopRun: (runId: string) => Promise<void>
  /** The error that a refused request ends with; `undefined`: the reply names no run. */
  toError: (refusal: WireError | undefined) => Error
  replyMs: number
}

export interface Starts {
  start: (request: RunStartRequest) => PendingStart
  stop: (runId: string) => Promise<void>
  reply: (frame: Extract<ServerFrame, { t: 'reply' }>) => void
  /** Replies that are still awaited will not come: ask again over HTTP. */
  linkLost: () => void
}

interface Waiting {
  resolve: (run: RunStarted | undefined) => void
  reject: (error: Error) => void
  again: () => void
  timer: ReturnType<typeof setTimeout>
}

/**
 * Starts and stops of runs. They go over the socket, whose instance then writes the answer; without a reply in time, or
 * without a socket, the same request goes over HTTP. The client's id makes asking twice harmless.
 */
export function createStarts({ send, startRun, stopRun, toError, replyMs }: StartsOptions): Starts {
  const waiting = new Map<string, Waiting>()
  let refs = 0

  const ask = (
    frame: (ref: string) => ClientFrame,
    overHttp: () => Promise<RunStarted | undefined>,
  ): Promise<RunStarted | undefined> => {
    const ref = `r${++refs}`
    if (!send(frame(ref))) return overHttp()
    return new Promise((resolve, reject) => {
      const again = (): void => {
        if (!waiting.delete(ref)) return
        overHttp().then(resolve, reject)
      }
      waiting.set(ref, { resolve, reject, again, timer: setTimeout(again, replyMs) })
    })
  }

  const stop = async (runId: string): Promise<void> => {
    await ask(
      (ref) => ({ t: 'run.stop', ref, runId }),
      async () => {
        await stopRun(runId)
        return undefined
      },
    )
  }

  return {
    stop,
    start(request) {
      let stopped = false
      let runId: string | undefined
      const withStop = (): RunStartRequest => (stopped ? { ...request, stop: true } : request)
      const started = ask(
        (ref) => ({ t: 'run.start', ref, run: withStop() }),
        () => startRun(withStop()),
      ).then(async (run) => {
        if (!run) throw toError(undefined)
        runId = run.runId
        if (stopped) await stop(run.runId)
        return run
      })
      return {
        started,
        async stop() {
          stopped = true
          if (runId === undefined) await started
          else await stop(runId)
        },
      }
    },
    reply(frame) {
      const it = waiting.get(frame.ref)
      if (!it) return
      waiting.delete(frame.ref)
      clearTimeout(it.timer)
      if (frame.ok) it.resolve(frame.run)
      else it.reject(toError(frame.error))
    },
    linkLost() {
      for (const it of waiting.values()) {
        clearTimeout(it.timer)
        it.again()
      }
    },
  }
}
