import { execFile, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { sleep } from '../../../server/base/index.ts'
import { killOnExit } from '../../support/kill-on-exit.ts'
import { findProgram } from '../../support/find-program.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { Network, findNetworkObstacle } from './network.ts'
import type { Machine } from './network.ts'

const run = promisify(execFile)
const startWithinMs = 60_000

/** The reason why no Docker engine can be started here; undefined if there is none. */
export function findEngineObstacle(): string | undefined {
  const missing = ['dockerd', 'containerd', 'docker', 'docker-compose'].find((name) => !findProgram(name))
  return findNetworkObstacle() ?? (missing && `needs the program ${missing}`)
}

/**
 * A private Docker engine. Its data is in a temporary folder, and it runs in a network namespace, so that it does not
 * change this machine's network and the published ports are free.
 */
export class DockerEngine implements AsyncDisposable {
  readonly machine: Machine
  readonly #socket: string
  readonly #owned: AsyncDisposableStack

  private constructor(owned: AsyncDisposableStack, machine: Machine, socket: string) {
    this.#owned = owned
    this.machine = machine
    this.#socket = socket
  }

  /** Rejects with the end of its log if it does not start. */
  static async start(): Promise<DockerEngine> {
    await using stack = new AsyncDisposableStack()
    const folder = stack.use(await temporaryFolder('docker')).path
    const machine = stack.use(new Network()).join('docker')
    const log = join(folder, 'log')
    const output = openSync(log, 'w')
    const socket = `unix://${join(folder, 'socket')}`
    // Not with `ip netns exec`, because that hides the control groups.
    const inside = `--net=/run/netns/${machine.namespace}`
    const places = ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'run')]
    const child = spawn(
      'nsenter',
      [inside, 'dockerd', ...places, '--pidfile', join(folder, 'pid'), '--host', socket, '--bridge=none'],
      { stdio: ['ignore', output, output] },
    )
    closeSync(output)
    killOnExit(child)
    stack.defer(() => stop(child))
    const engine = new DockerEngine(stack, machine, socket)
    for (const until = performance.now() + startWithinMs; ; await sleep(200)) {
      if (
        await engine.docker(['version']).then(
          () => true,
          () => false,
        )
      )
        break
      if (child.exitCode !== null || performance.now() > until)
        throw new Error(`Docker does not start here:\n${readFileSync(log, 'utf8').slice(-2000)}`)
    }
    return new DockerEngine(stack.move(), machine, socket)
  }

  /** Runs a docker command and returns its output. */
  docker(args: string[]): Promise<string> {
    return this.#call('docker', args)
  }

  compose(args: string[], env: Record<string, string>): Promise<string> {
    return this.#call('docker-compose', args, env)
  }

  /** Runs a shell line in which `docker` is this engine. */
  shell(line: string): Promise<string> {
    return this.#call('sh', ['-c', line])
  }

  async #call(program: string, args: string[], env: Record<string, string> = {}): Promise<string> {
    const { stdout } = await run(findProgram(program) ?? program, args, {
      env: { ...process.env, ...env, DOCKER_HOST: this.#socket, DOCKER_BUILDKIT: '0' },
      timeout: 300_000,
      maxBuffer: 64 * 1024 * 1024,
    })
    return stdout
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#owned.disposeAsync()
  }
}

/** Stops the engine, which first stops its containers. */
async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM')
  for (let tries = 0; tries < 150 && child.exitCode === null && child.signalCode === null; tries++)
    await sleep(100)
  child.kill('SIGKILL')
}
