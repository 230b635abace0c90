import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { findProgram } from '../../support/find-program.ts'

/** A network namespace with its own address. */
export interface Machine {
  readonly name: string
  readonly namespace: string
  readonly address: string
}

/** The reason why no network can be created here; undefined if there is none. */
export function findNetworkObstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root, for network namespaces'
  const missing = ['ip', 'unshare', 'nsenter', 'setpriv'].find((name) => !findProgram(name))
  if (missing) return `needs the program ${missing}`
  const namespace = `shoal-probe-${randomBytes(3).toString('hex')}`
  try {
    ip('netns', 'add', namespace)
    ip('netns', 'delete', namespace)
    return undefined
  } catch (error) {
    return `cannot make a network namespace: ${error instanceof Error ? error.message : String(error)}`
  }
}

/**
 * Machines that are connected by a switch. The switch is in a namespace too, so this machine's network is not changed,
 * and the ports and addresses of the published files are free.
 */
export class Network implements Disposable {
  readonly #id = randomBytes(3).toString('hex')
  readonly #switch = `shoal-${this.#id}`
  readonly #machines = new Map<string, Machine & { link: string }>()

  constructor() {
    // Namespaces outlive the process, so remove them also when a run is aborted.
    process.once('exit', this.#remove)
    ip('netns', 'add', this.#switch)
    ip('-n', this.#switch, 'link', 'add', 'bridge', 'type', 'bridge')
    ip('-n', this.#switch, 'link', 'set', 'bridge', 'up')
  }

  join(name: string): Machine {
    const namespace = `shoal-${this.#id}-${name}`
    const link = `port${this.#machines.size}`
    const address = `10.77.0.${this.#machines.size + 2}`
    const machine = { name, namespace, address, link }
    this.#machines.set(name, machine)
    ip('netns', 'add', namespace)
    ip('-n', namespace, 'link', 'set', 'lo', 'up')
    const peer = ['peer', 'name', 'eth0', 'netns', namespace]
    ip('link', 'add', link, 'netns', this.#switch, 'type', 'veth', ...peer)
    ip('-n', this.#switch, 'link', 'set', link, 'master', 'bridge', 'up')
    ip('-n', namespace, 'address', 'add', `${address}/24`, 'dev', 'eth0')
    ip('-n', namespace, 'link', 'set', 'eth0', 'up')
    return machine
  }

  /** Drops all packets to and from a machine from now on; connections are not refused. */
  unplug(name: string): void {
    this.#port(name, 'down')
  }

  plugIn(name: string): void {
    this.#port(name, 'up')
  }

  #port(name: string, state: 'up' | 'down'): void {
    const machine = this.#machines.get(name)
    if (!machine) throw new Error(`there is no machine ${name}`)
    ip('-n', this.#switch, 'link', 'set', machine.link, state)
  }

  /** The text of `/etc/hosts` for every machine. */
  hosts(): string {
    const lines = [...this.#machines.values()].map(({ address, name }) => `${address} ${name}`)
    return ['127.0.0.1 localhost', ...lines, ''].join('\n')
  }

  addresses(): Record<string, string> {
    return Object.fromEntries([...this.#machines.values()].map(({ name, address }) => [name, address]))
  }

  readonly #remove = (): void => {
    for (const { namespace } of this.#machines.values()) ip('netns', 'delete', namespace)
    ip('netns', 'delete', this.#switch)
  };

  [Symbol.dispose](): void {
    process.off('exit', this.#remove)
    this.#remove()
  }
}

function ip(...args: string[]): void {
  execFileSync(findProgram('ip') ?? 'ip', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}
