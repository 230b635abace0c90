import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { killOnExit } from './kill-on-exit.ts'
import { failOnProcessFault } from './fail-on-process-fault.ts'

const root = join(import.meta.dirname, '../..')

export interface InstanceOptions {
  label: string
  env: Record<string, string>
  /** 0 for a free port. A restarted instance passes its earlier port. */
  port?: number
  /** The file for the log; without it, the log is discarded. */
  logFile?: string
  /**
   * Whether the test causes uncaught exceptions or unhandled rejections on purpose. Otherwise these fail the test run.
   */
  expectFaults?: boolean
}

/** An instance of Shoal in its own process, which tests can kill. */
export interface InstanceProcess {
  readonly label: string
  readonly port: number
  readonly url: string
  readonly pid: number
  /**
   * The code for the first sign-up through a proxy. It is read from the log, which may arrive after the instance is
   * ready.
   */
  setupCode(): Promise<string>
  readonly alive: boolean
  kill(signal: NodeJS.Signals): void
  /** Resolves with the exit code, or null when a signal ended it. */
  exited(): Promise<number | null>
  /** Sends SIGTERM, and SIGKILL after `ms`. */
  stop(ms?: number): Promise<void>
}

/**
 * Starts an instance. Resolves when `/ready` returns 200; rejects with the end of the log if the process exits before.
 */
export async function startInstance({
  label,
  env,
  port = 0,
  logFile,
  expectFaults = false,
}: InstanceOptions): Promise<InstanceProcess> {
  const child = spawn(
    process.execPath,
    ['server/cli.ts', 'start', '--port', String(port), '--host', '127.0.0.1'],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'] ?? '',
        LOG_FORMAT: 'json',
        GLOBAL_LOG_LEVEL: 'DEBUG',
        INSTANCE_ID: label,
        // Tests count the requests to a provider.
        ENABLE_TITLE_GENERATION: 'false',
        ...env,
      },
    },
  )
  killOnExit(child)
  if (!expectFaults) failOnProcessFault(child, label)
  const tail: string[] = []
  const found = Promise.withResolvers<string>()
  const file = logFile ? createWriteStream(logFile, { flags: 'a' }) : undefined
  const keep = (data: Buffer): void => {
    file?.write(data)
    tail.push(data.toString())
    const code = /setup code: ([0-9A-Z-]{14})/.exec(tail.join(''))?.[1]
    if (code !== undefined) found.resolve(code)
    if (tail.length > 200) tail.shift()
  }
  const taken = new Promise<number>((resolve) => {
    child.stdout.on('data', (data: Buffer) => {
      keep(data)
      const at = /http:\/\/127\.0\.0\.1:(\d+)/.exec(tail.join(''))
      if (at) resolve(Number(at[1]))
    })
  })
  child.stderr.on('data', keep)
  const end = once(child, 'exit').then(([code]) => code as number | null)
  const failed = end.then((code) => {
    throw new Error(`${label} exited with ${code} before it was ready:\n${tail.join('').slice(-3000)}`)
  })
  failed.catch(() => {})
  const actual = await Promise.race([taken, failed])
  const url = `http://127.0.0.1:${actual}`
  await Promise.race([waitForReady(url, 30_000), failed])
  return {
    label,
    port: actual,
    url,
    pid: child.pid!,
    ...control(child, end),
    setupCode: () => Promise.race([found.promise, failed, timeOut(5000, `the setup code of ${label}`)]),
    get alive() {
      return child.exitCode === null && child.signalCode === null
    },
  }
}

function control(
  child: ChildProcess,
  end: Promise<number | null>,
): Pick<InstanceProcess, 'kill' | 'exited' | 'stop'> {
  return {
    kill: (signal) => void child.kill(signal),
    exited: () => end,
    async stop(ms = 15_000) {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGCONT')
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), ms)
      await end
      clearTimeout(timer)
    },
  }
}

async function timeOut(ms: number, what: string): Promise<never> {
  await delay(ms, undefined, { ref: false })
  throw new Error(`${what} was not available within ${ms} ms`)
}

async function waitForReady(url: string, ms: number): Promise<void> {
  const until = Date.now() + ms
  let last = ''
  while (Date.now() < until) {
    try {
      const response = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(2000) })
      last = await response.text()
      if (response.ok) return
    } catch (error) {
      last = String(error)
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${url} was not ready within ${ms} ms: ${last}`)
}
