import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sleep } from '../../../server/base/index.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { Container } from './container.ts'
import type { ContainerOptions } from './container.ts'
import { Network } from './network.ts'
import type { Machine } from './network.ts'
import { root, standInFor } from './stand-in-images.ts'
import { readUnit } from './systemd-unit.ts'
import { openPortForward } from './port-forward.ts'

type ServiceOptions = Partial<Omit<ContainerOptions, 'machine' | 'folder' | 'hosts'>> & { command: string[] }

const ports = ['8081', '8082', '8083']

/**
 * A Debian machine as in docs/deploy/systemd.md: PostgreSQL and Redis, and three instances with the published unit.
 * Tests add a proxy. All services use the ports and addresses of the published files.
 */
export class DebianMachine implements AsyncDisposable {
  readonly folder: string
  readonly #machine: Machine
  readonly #network: Network
  #stack: AsyncDisposableStack
  readonly #running = new Map<string, Container>()

  private constructor(folder: string, stack: AsyncDisposableStack) {
    this.folder = folder
    this.#stack = stack
    this.#network = stack.use(new Network())
    this.#machine = this.#network.join('debian')
  }

  static async start(): Promise<DebianMachine> {
    await using stack = new AsyncDisposableStack()
    const { path } = stack.use(await temporaryFolder('debian'))
    chmodSync(path, 0o755)
    cpSync(join(root, 'deploy'), path, { recursive: true })
    execFileSync(join(path, 'compose/make-secrets.sh'), [join(path, 'secrets'), 'localhost'], {
      stdio: 'ignore',
    })
    const machine = new DebianMachine(path, stack)
    stack.defer(() => machine.#end())
    await machine.#startStores()
    await Promise.all(ports.map((port) => machine.startInstance(port)))
    machine.#stack = stack.move()
    return machine
  }

  secret(name: string): string {
    return join(this.folder, 'secrets', name)
  }

  async #startStores(): Promise<void> {
    const password = {
      from: this.secret('postgres-password'),
      to: '/run/secrets/postgres-password',
      readOnly: true,
    }
    const { owner: _owner, mounts: _mounts, ...image } = standInFor('postgres:16', '')
    this.start('postgres', {
      ...image,
      env: { POSTGRES_DB: 'shoal', POSTGRES_PASSWORD_FILE: password.to },
      mounts: [
        password,
        this.#volume('postgres', 'postgres', '/var/lib/postgresql/data'),
        this.publishedFile('postgres/create-role.sh', '/docker-entrypoint-initdb.d/create-role.sh'),
      ],
    })
    this.start('redis', {
      command: ['/etc/redis/start-redis.sh', '/etc/redis/redis.conf', '/etc/redis/users.acl'],
      user: 'redis',
      workingFolder: '/var/lib/redis',
      env: { REDIS_PASSWORD_FILE: '/run/secrets/redis-password', RUN_DIR: '/tmp' },
      mounts: [
        { from: this.secret('redis-password'), to: '/run/secrets/redis-password', readOnly: true },
        this.publishedFile('redis', '/etc/redis'),
        this.#volume('redis', 'redis', '/var/lib/redis'),
      ],
    })
    const redis =
      'REDISCLI_AUTH="$(cat /run/secrets/redis-password)" redis-cli --user shoal ping | grep -q PONG'
    const postgres =
      'PGPASSWORD="$(cat /run/secrets/postgres-password)" psql -h 127.0.0.1 -U shoal -d shoal -qtc "select 1"'
    await Promise.all([
      this.waitUntilHealthy('redis', ['sh', '-c', redis]),
      this.waitUntilHealthy('postgres', ['sh', '-c', postgres]),
    ])
  }

  /** Starts `shoal@<port>` with the variables of the documentation page. */
  async startInstance(port: string): Promise<void> {
    const { stateFolder, ...unit } = readUnit('shoal@.service', port)
    this.start(`shoal@${port}`, {
      ...unit,
      env: {
        ...unit.env,
        WEBUI_URL: 'https://localhost',
        WEBUI_SESSION_COOKIE_SECURE: 'true',
        DATABASE_URL_FILE: '/etc/shoal/database-url',
        REDIS_URL_FILE: '/etc/shoal/redis-url',
        WEBUI_SECRET_KEY_FILE: '/etc/shoal/webui-secret-key',
      },
      mounts: [
        { from: root, to: '/opt/shoal', readOnly: true },
        { from: this.#localUrl('database-url'), to: '/etc/shoal/database-url', readOnly: true },
        { from: this.#localUrl('redis-url'), to: '/etc/shoal/redis-url', readOnly: true },
        { from: this.secret('webui-secret-key'), to: '/etc/shoal/webui-secret-key', readOnly: true },
      ],
      prepare: [
        'useradd --system --home-dir /var/lib/shoal --shell /usr/sbin/nologin shoal',
        `mkdir -p /var/lib/${stateFolder} && chown -R shoal /var/lib/shoal`,
      ].join('\n'),
    })
    const ready = `fetch('http://127.0.0.1:${port}/ready').then((it) => process.exit(it.ok ? 0 : 1), () => process.exit(1))`
    await this.waitUntilHealthy(`shoal@${port}`, [unit.command[0]!, '-e', ready])
  }

  start(name: string, options: ServiceOptions): Container {
    const container = new Container({
      name,
      user: 'root',
      workingFolder: '/',
      env: {},
      mounts: [],
      tmpfs: [],
      readOnly: false,
      ...options,
      machine: this.#machine,
      folder: this.folder,
      hosts: this.#network.hosts(),
    })
    this.#running.set(name, container)
    container.start()
    return container
  }

  async waitUntilHealthy(name: string, check: string[]): Promise<void> {
    const container = this.#running.get(name)!
    const until = performance.now() + 60_000
    while (!container.succeeds(check)) {
      if (container.exitCode !== null || performance.now() > until)
        throw new Error(`${name} does not become healthy:\n${container.log().slice(-3000)}`)
      await sleep(500)
    }
  }

  log(name: string): string {
    return this.#running.get(name)!.log()
  }

  kill(name: string): Promise<void> {
    return this.#running.get(name)!.kill('SIGKILL')
  }

  stop(name: string): Promise<void> {
    return this.#running.get(name)!.kill('SIGTERM', 5000)
  }

  /** Reads a file inside a service. */
  readFileIn(name: string, path: string): string {
    return this.#running.get(name)!.read(path)
  }

  /** A port on the loopback address that forwards to a port of the machine. */
  async forwardPort(port: number): Promise<number> {
    const way = await openPortForward(this.#machine, `127.0.0.1:${port}`, this.folder)
    this.#stack.use(way)
    return way.port
  }

  /** Mounts a file of deploy/ at another path. */
  publishedFile(file: string, to: string): ContainerOptions['mounts'][number] {
    return { from: join(this.folder, file), to, readOnly: true }
  }

  #volume(name: string, owner: string, to: string): ContainerOptions['mounts'][number] {
    const from = join(this.folder, 'volumes', name)
    mkdirSync(from, { recursive: true })
    execFileSync('chown', [owner, from])
    return { from, to, readOnly: false }
  }

  /** Changes an address in the secrets of compose for services that run on one machine. */
  #localUrl(name: string): string {
    const path = join(this.folder, `local-${name}`)
    const url = execFileSync('cat', [this.secret(name)], { encoding: 'utf8' })
    writeFileSync(path, url.replace(/@(postgres|redis):/, '@127.0.0.1:'))
    chmodSync(path, 0o644)
    return path
  }

  async #end(): Promise<void> {
    await Promise.all([...this.#running.values()].map((it) => it.kill('SIGTERM', 3000)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync()
  }
}
