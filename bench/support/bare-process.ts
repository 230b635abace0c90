import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** One of the programs in `bare/`, as a process of its own. */
export interface BareProcess {
  readonly pid: number
  /** What it said when it was ready. */
  readonly ready: { port: number }
  /** Asks, and resolves with the answer; one question at a time. */
  ask<T>(question: unknown): Promise<T>
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
    async ask(question) {
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
