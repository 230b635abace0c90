import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { InstanceProcess } from '../support/instance-process.ts'
import { freePorts } from '../support/free-port.ts'
import type { SourceTree } from './source-tree.ts'

/** Instances on fixed ports, each of which can be replaced by an instance of another version. */
export class RollingFleet {
  readonly #env: Record<string, string>
  readonly #folder: string
  readonly #instances: InstanceProcess[] = []
  #ports: number[] = []

  constructor(folder: string, env: Record<string, string>) {
    this.#folder = folder
    this.#env = env
  }

  get urls(): string[] {
    return this.#ports.map((port) => `http://127.0.0.1:${port}`)
  }

  async start(tree: SourceTree, count: number): Promise<void> {
    this.#ports = await freePorts(count)
    for (let index = 0; index < count; index++) this.#instances.push(await this.#startAt(tree, index))
  }

  /** Replaces one instance after another: SIGTERM, wait for its exit, start the other version, pause for a second. */
  async roll(tree: SourceTree): Promise<void> {
    for (let index = 0; index < this.#ports.length; index++) {
      this.#instances[index]?.kill('SIGTERM')
      await this.#instances[index]?.exited()
      this.#instances[index] = await this.#startAt(tree, index)
      await delay(1000)
    }
  }

  /** Starts and stops an instance of this version. Rejects with its last output if it refuses to start. */
  async tryOne(tree: SourceTree): Promise<void> {
    const [port = 0] = await freePorts(1)
    const instance = await tree.start({ label: 'one-more', port, env: this.#environment('one-more') })
    await instance.stop()
  }

  async stop(): Promise<void> {
    for (const instance of this.#instances) instance.kill('SIGKILL')
    await Promise.all(this.#instances.map((instance) => instance.exited()))
  }

  #startAt(tree: SourceTree, index: number): Promise<InstanceProcess> {
    const label = `instance-${index + 1}`
    return tree.start({ label, port: this.#ports[index] ?? 0, env: this.#environment(label) })
  }

  #environment(label: string): Record<string, string> {
    return { ...this.#env, DATA_DIR: join(this.#folder, `data-${label}`) }
  }
}
