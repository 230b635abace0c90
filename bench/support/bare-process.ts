import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** A program of `bare/`, running as a separate process. */
export interface BareProcess {
  readonly pid: number
  /** The message that it sent when it was ready. */
  readonly ready: { port: number }
  /** Sends a message and resolves with the reply; only one request at a time. */
  request<T>(question: unknown): Promise<T>
  stop(): Promise<void>
}

export async function startBare(name: string, args: string[] = []): Promise<BareProcess> {
  const child = fork(join(import.meta.dirname, `../bare/${name}.ts`), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`bench/bare/${name}.ts ended with ${code}`)
  })
  failed.catch(() => {})
  const next = async <T>(): Promise<T> => {
    const [message] = (await Promise.race([once(child, 'message'), failed])) as [T]
    return message
  }
  const ready = await next<{ port: number }>()
  return {
    pid: child.pid ?? 0,
    ready,
    async request(question) {
      const answer = next<never>()
      child.send(question as object)
      return answer
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}
