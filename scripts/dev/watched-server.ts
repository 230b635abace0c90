import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface WatchedServerOptions {
  port: number
  /** Additional arguments of `shoal start`. */
  args?: string[]
  env?: Record<string, string>
  /** Port of the debugger; undefined for no debugger. */
  inspect?: number
  /** Prefix of each line of its output. */
  label?: string
}

export interface WatchedServer {
  /** Resolves with the exit code when the server has exited and is no longer watched. */
  readonly ended: Promise<number | null>
  /** Stops the server with SIGTERM, and kills it after 10 s. */
  stop(): Promise<void>
}

/** Starts a server that restarts whenever its code changes. */
export function startWatchedServer(options: WatchedServerOptions): WatchedServer {
  const { port, args = [], env = {}, inspect, label } = options
  const debug = inspect === undefined ? [] : [`--inspect=127.0.0.1:${inspect}`]
  const watch = ['--watch-path=server', '--watch-path=protocol', '--watch-preserve-output']
  const child = spawn(
    process.execPath,
    [...debug, ...watch, 'server/cli.ts', 'start', '--port', String(port), ...args],
    {
      cwd: join(import.meta.dirname, '../..'),
      stdio: label === undefined ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    },
  )
  if (label !== undefined) printLines(child, label)
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  return {
    ended,
    async stop() {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await ended
      clearTimeout(timer)
    },
  }
}

function printLines(child: ChildProcess, label: string): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', (line) => console.log(`${label} | ${line}`))
  }
}
