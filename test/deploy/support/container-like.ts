import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { killOnExit } from '../../support/kill-on-exit.ts'
import { failOnProcessFault } from '../../support/fail-on-process-fault.ts'

const root = join(import.meta.dirname, '../../..')

/** An instance as the image starts it: with only the given environment variables and, if possible, as uid 1000. */
export interface ContainerLike {
  readonly url: string
  kill(signal?: NodeJS.Signals): Promise<void>
  /** Resolves with the exit code. Rejects if it still runs after `withinMs`, when a platform would kill it. */
  exited(withinMs: number): Promise<number | null>
}

/** Resolves when `/ready` answers 200. Rejects with the log if the instance exits before that. */
export async function startContainerLike(env: Record<string, string>): Promise<ContainerLike> {
  const user = process.getuid?.() === 0 ? { uid: 1000, gid: 1000 } : {}
  const child = spawn(process.execPath, ['server/cli.ts', 'start'], {
    ...user,
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { NODE_ENV: 'production', PORT: '0', HOST: '127.0.0.1', ...env },
  })
  killOnExit(child)
  failOnProcessFault(child, 'an instance')
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  let output = ''
  const listens = new Promise<string>((resolve) => {
    const hear = (data: Buffer): void => {
      output += data.toString()
      const at = /http:\/\/127\.0\.0\.1:\d+/.exec(output)
      if (at) resolve(at[0])
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
  })
  const failed = ended.then((code) => {
    throw new Error(`exited with ${code} before it was ready:\n${output}`)
  })
  failed.catch(() => {})
  const url = await Promise.race([listens, failed])
  for (;;) {
    const ready = await Promise.race([fetch(`${url}/ready`).then((it) => it.ok), failed])
    if (ready) break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return {
    url,
    async kill(signal = 'SIGKILL') {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill(signal)
      if (signal === 'SIGKILL') await ended
    },
    async exited(withinMs) {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => reject(new Error(`still running after ${withinMs} ms:\n${output}`)),
          withinMs,
        )
      })
      return Promise.race([ended, late]).finally(() => clearTimeout(timer))
    },
  }
}
