import { join } from 'node:path'
import { sleep } from '../../../server/base/index.ts'
import type { ComposeSet, ComposeSetOptions } from './compose-set.ts'
import type { DockerEngine } from './docker-engine.ts'
import type { ImageVariables } from './engine-images.ts'
import { openPortForward } from './port-forward.ts'

const healthyWithinMs = 120_000

/** Runs published compose files as users do: with Docker and compose. */
export class EngineSet implements ComposeSet {
  readonly how: string
  readonly #engine: DockerEngine
  readonly #options: ComposeSetOptions
  readonly #env: Record<string, string>
  readonly #files: string[]
  readonly #started = new AsyncDisposableStack()

  constructor(engine: DockerEngine, images: ImageVariables, options: ComposeSetOptions) {
    this.how = `Docker, with images of Debian's packages and ${options.nginx.version}`
    this.#engine = engine
    this.#options = options
    this.#env = { ...images, ...options.env }
    this.#files = options.files.flatMap((name) => ['--file', join(options.folder, 'compose', name)])
  }

  async up(): Promise<void> {
    this.#started.defer(async () => void (await this.#compose('down', '--volumes', '--timeout', '3')))
    await this.#compose('up', '--detach')
    const services = (await this.#compose('ps', '--services')).trim().split('\n')
    await Promise.all(services.map((service) => this.#waitUntilHealthy(service)))
  }

  async kill(service: string): Promise<void> {
    await this.#compose('kill', '-s', 'SIGKILL', service)
  }

  async start(service: string): Promise<void> {
    await this.#compose('start', service)
    await this.#waitUntilHealthy(service)
  }

  async restart(service: string): Promise<void> {
    await this.#compose('restart', service)
    await this.#waitUntilHealthy(service)
  }

  log(service: string): Promise<string> {
    return this.#compose('logs', '--no-color', service)
  }

  async forwardPort(service: string, port: number): Promise<number> {
    const published = (await this.#compose('port', service, String(port))).trim()
    const target = published.replace('0.0.0.0', '127.0.0.1')
    const way = await openPortForward(this.#engine.machine, target, this.#options.folder)
    this.#started.use(way)
    return way.port
  }

  /** Resolves when a service is healthy. A job that has succeeded counts as healthy. */
  async #waitUntilHealthy(service: string): Promise<void> {
    const format = '{{.State.Status}} {{.State.ExitCode}} {{if .State.Health}}{{.State.Health.Status}}{{end}}'
    for (const until = performance.now() + healthyWithinMs; ; await sleep(500)) {
      const id = (await this.#compose('ps', '--all', '--quiet', service)).trim()
      const [status, code, health = ''] = (await this.#engine.docker(['inspect', '--format', format, id]))
        .trim()
        .split(' ')
      if (status === 'exited' && code === '0') return
      if (status === 'running' && (health === '' || health === 'healthy')) return
      if (performance.now() > until)
        throw new Error(
          `${service} is ${status}, ${health}, after ${healthyWithinMs / 1000} s:\n${(await this.log(service)).slice(-3000)}`,
        )
    }
  }

  #compose(...args: string[]): Promise<string> {
    return this.#engine.compose([...this.#files, ...args], this.#env)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#started.disposeAsync()
  }
}
