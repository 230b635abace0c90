import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import type { RedisOptions } from 'ioredis'
import { killOnExit } from './kill-on-exit.ts'

export interface RedisProcessOptions {
  folder: string
  port: number
  /** Further lines of redis.conf. */
  config?: string[]
  sentinel?: boolean
  /** Connection options for the test's own client. */
  client?: Omit<RedisOptions, 'replyMapping'>
}

/** A redis-server (or sentinel) process on loopback. It writes no data to disk, so a kill loses all data. */
export class RedisProcess {
  readonly port: number
  readonly #options: RedisProcessOptions
  #child: ChildProcess | undefined
  #admin: Redis | undefined
  #configured = false

  constructor(options: RedisProcessOptions) {
    this.port = options.port
    this.#options = options
  }

  get pid(): number {
    const pid = this.#child?.pid
    if (pid === undefined) throw new Error(`redis on port ${this.port} is not running`)
    return pid
  }

  async start(): Promise<void> {
    const { folder, port, config = [], sentinel = false } = this.#options
    const home = join(folder, String(port))
    await mkdir(home, { recursive: true })
    const file = join(home, 'redis.conf')
    const common = [`dir ${home}`, 'bind 127.0.0.1', 'protected-mode no', 'logfile redis.log']
    const server = ['save ""', 'appendonly no', 'repl-diskless-sync-delay 0']
    const portLine = config.some((line) => line.startsWith('tls-port')) ? ['port 0'] : [`port ${port}`]
    const lines = [...common, ...portLine, ...(sentinel ? [] : server), ...config]
    // Written only once: Redis and Sentinel change this file after a failover, and a restart must keep these changes.
    if (!this.#configured) await writeFile(file, `${lines.join('\n')}\n`)
    this.#configured = true
    const child = spawn('redis-server', [file, ...(sentinel ? ['--sentinel'] : [])], { stdio: 'ignore' })
    this.#child = child
    killOnExit(child)
    child.once('exit', () => {
      if (this.#child === child) this.#child = undefined
    })
    await this.#answers()
  }

  /** The test's own connection. */
  get admin(): Redis {
    this.#admin ??= new Redis({
      host: '127.0.0.1',
      port: this.port,
      retryStrategy: () => 50,
      maxRetriesPerRequest: null,
      enableReadyCheck: false,
      ...this.#options.client,
    }).on('error', () => {
      // The test kills the server on purpose.
    })
    return this.#admin
  }

  pause(): void {
    process.kill(this.pid, 'SIGSTOP')
  }

  resume(): void {
    process.kill(this.pid, 'SIGCONT')
  }

  /** Kills the process with SIGKILL, and waits for its exit. */
  async kill(): Promise<void> {
    const child = this.#child
    if (!child) return
    const exited = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await exited
  }

  async stop(): Promise<void> {
    this.#admin?.disconnect()
    this.#admin = undefined
    await this.kill()
  }

  async #answers(): Promise<void> {
    for (let tries = 0; tries < 400; tries++) {
      if (!this.#child)
        throw new Error(`redis on port ${this.port} exited during its start; see its redis.log`)
      try {
        if ((await this.admin.ping()) === 'PONG') return
      } catch {
        // The server does not accept connections yet.
      }
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    throw new Error(`redis on port ${this.port} did not answer`)
  }
}
