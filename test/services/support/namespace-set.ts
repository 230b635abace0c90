import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { sleep } from '../../../server/base/index.ts'
import { killOnExit } from '../../support/kill-on-exit.ts'
import { readComposeFiles } from './compose-file.ts'
import type { ComposeFile, ComposeService } from './compose-file.ts'
import type { ComposeSet, ComposeSetOptions } from './compose-set.ts'
import { Container } from './container.ts'
import { Network } from './network.ts'
import type { Machine } from './network.ts'
import { standInFor } from './stand-in-images.ts'
import type { StandIn } from './stand-in-images.ts'
import { untilFirstOutput } from './first-output.ts'
import { openPortForward } from './port-forward.ts'

/**
 * Runs published compose files without a container engine: each service in its own network namespace, with its command,
 * environment, secrets, mounts, user and health check, in the order of `depends_on`.
 */
export class NamespaceSet implements ComposeSet {
  readonly how: string
  readonly #options: ComposeSetOptions
  readonly #file: ComposeFile
  readonly #network = new Network()
  readonly #machines = new Map<string, Machine>()
  readonly #containers = new Map<string, Container>()
  readonly #started = new AsyncDisposableStack()

  constructor(options: ComposeSetOptions) {
    this.#options = options
    this.how = `network namespaces, with ${options.nginx.version}`
    this.#file = readComposeFiles(join(options.folder, 'compose'), options.files, options.env)
    this.#started.use(this.#network)
    this.#machines.set('host', this.#network.join('host'))
    for (const name of Object.keys(this.#file.services)) this.#machines.set(name, this.#network.join(name))
    for (const [name, service] of Object.entries(this.#file.services))
      this.#containers.set(name, this.#container(name, service))
  }

  async up(): Promise<void> {
    const ready = new Map<string, Promise<void>>()
    const begin = (name: string): Promise<void> => {
      const known = ready.get(name)
      if (known) return known
      const started = this.#begin(name, begin)
      ready.set(name, started)
      return started
    }
    await Promise.all(Object.keys(this.#file.services).map((name) => begin(name)))
  }

  async #begin(name: string, begin: (name: string) => Promise<void>): Promise<void> {
    const service = this.#file.services[name]!
    await Promise.all(Object.keys(service.depends_on ?? {}).map((needed) => begin(needed)))
    if (/(^|\/)nginx:/.test(service.image)) await this.#answerNames(this.#machines.get(name)!)
    this.#containers.get(name)!.start()
    const container = this.#containers.get(name)!
    const isJob = service.restart === 'no'
    if (!isJob) return this.#waitUntilHealthy(name)
    const code = await container.untilExit()
    if (code !== 0) throw new Error(`${name} exited with ${code}:\n${container.log().slice(-2000)}`)
  }

  /** Waits until the published health check succeeds, at the published interval. */
  async #waitUntilHealthy(name: string): Promise<void> {
    const service = this.#file.services[name]!
    const check = checkOf(service, standInFor(service.image, this.#options.nginx.path))
    const container = this.#containers.get(name)!
    const until = performance.now() + 90_000
    for (;;) {
      if (container.exitCode !== null)
        throw new Error(`${name} exited with ${container.exitCode}:\n${container.log().slice(-3000)}`)
      if (check === undefined || container.succeeds(check)) return
      if (performance.now() > until)
        throw new Error(`${name} is not healthy after 90 s:\n${container.log().slice(-3000)}`)
      await sleep(1000)
    }
  }

  async kill(name: string): Promise<void> {
    await this.#containers.get(name)!.kill('SIGKILL')
  }

  async start(name: string): Promise<void> {
    this.#containers.get(name)!.start()
    await this.#waitUntilHealthy(name)
  }

  async restart(name: string): Promise<void> {
    await this.#containers.get(name)!.kill('SIGTERM')
    await this.start(name)
  }

  unplug(name: string): void {
    this.#network.unplug(name)
  }

  plugIn(name: string): void {
    this.#network.plugIn(name)
  }

  log(name: string): string {
    return this.#containers.get(name)?.log() ?? ''
  }

  /** A port on the loopback address that forwards to a published port. */
  async forwardPort(service: string, port: number): Promise<number> {
    const way = await openPortForward(
      this.#machines.get('host')!,
      `${this.#machines.get(service)!.address}:${port}`,
      this.#options.folder,
    )
    this.#started.use(way)
    return way.port
  }

  /** nginx asks for all names when it starts. If nobody answers, it repeats that after 5 s, and answers 502 until then. */
  async #answerNames({ namespace }: Machine): Promise<void> {
    const program = join(import.meta.dirname, 'name-server.ts')
    const names = JSON.stringify(this.#network.addresses())
    const inside = ['netns', 'exec', namespace, process.execPath, program, names]
    const child = spawn('ip', inside, { stdio: ['ignore', 'pipe', 'inherit'] })
    killOnExit(child)
    this.#started.defer(() => void child.kill('SIGKILL'))
    await untilFirstOutput(child, 'the name server ended')
  }

  #container(name: string, service: ComposeService): Container {
    const { folder, nginx } = this.#options
    const image = standInFor(service.image, nginx.path)
    const compose = join(folder, 'compose')
    const secrets = (service.secrets ?? []).map((secret) => ({
      from: resolve(compose, this.#file.secrets?.[secret]?.file ?? ''),
      to: `/run/secrets/${secret}`,
      readOnly: true,
    }))
    const volumes = (service.volumes ?? []).map((volume) => {
      const [from = '', to = '', mode] = volume.split(':')
      if (from.startsWith('.')) return { from: resolve(compose, from), to, readOnly: mode === 'ro' }
      return { from: this.#volume(from, image.owner), to, readOnly: false }
    })
    const container = new Container({
      machine: this.#machines.get(name)!,
      folder,
      hosts: this.#network.hosts(),
      user: service.user ?? image.user,
      command: service.command ?? image.command,
      workingFolder: image.workingFolder,
      env: { ...image.env, ...service.environment },
      mounts: [...(image.mounts ?? []), ...volumes, ...secrets],
      tmpfs: (service.tmpfs ?? []).map((it) => it.split(':')[0]!),
      readOnly: service.read_only ?? false,
      ...(image.prepare === undefined ? {} : { prepare: image.prepare }),
    })
    return container
  }

  /** Named volumes are folders that remain after a restart and belong to the user of the image. */
  #volume(name: string, owner?: string): string {
    const path = join(this.#options.folder, 'volumes', name)
    if (existsSync(path)) return path
    mkdirSync(path, { recursive: true })
    if (owner) spawnSync('chown', [owner, path])
    return path
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // nginx and PostgreSQL have child processes, which end only if the parent receives SIGTERM.
    await Promise.all([...this.#containers.values()].map((it) => it.kill('SIGTERM', 3000)))
    await this.#started.disposeAsync()
  }
}

/** The health check of the file, or else of the image; undefined if there is none. */
function checkOf({ healthcheck }: ComposeService, image: StandIn): string[] | undefined {
  const [kind, ...words] = healthcheck?.test ?? image.healthcheck ?? []
  if (kind === undefined) return undefined
  return kind === 'CMD-SHELL' ? ['sh', '-c', words.join(' ')] : words
}
