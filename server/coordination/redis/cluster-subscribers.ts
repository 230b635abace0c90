import type { Cluster } from 'ioredis'
import type { RedisAddress } from './redis-url.ts'
import { clusterSlot } from './cluster-slot.ts'
import type { ChannelKind, SubscriberConnection } from './subscriber-connection.ts'

/**
 * The subscriber connections of a Cluster: one to each master that has a subscribed sharded channel, and one to any
 * master for the plain channels. The subscribers of ioredis are not used, because they ignore a refused resubscription
 * and do not notice a paused node.
 */
export class ClusterSubscribers {
  /** The key is `<kind> <node>`. */
  readonly #connections = new Map<string, SubscriberConnection>()
  readonly #cluster: () => Cluster
  readonly #connect: (node: RedisAddress) => SubscriberConnection
  #plainHome: string | undefined

  constructor(cluster: () => Cluster, connect: (node: RedisAddress) => SubscriberConnection) {
    this.#cluster = cluster
    this.#connect = connect
  }

  /**
   * True if the connection for plain channels works and no other is known not to work; one still connecting may wait.
   */
  get alive(): boolean {
    const plain = this.#connections.get(`plain ${this.#plainHome ?? ''}`)
    return plain?.guard.alive === true && [...this.#connections.values()].every(({ guard }) => !guard.away)
  }

  route(kind: ChannelKind, name: string): SubscriberConnection | undefined {
    if (kind === 'sharded') return this.#at(kind, this.#cluster().slots[clusterSlot(name)]?.[0])
    return this.#plain()
  }

  /** Closes connections that are no longer needed. Call it after each reroute. */
  sweep(): void {
    this.#plain()
    const masters = this.#masters()
    if (masters.length === 0) return
    for (const [key, connection] of this.#connections) {
      const [kind = '', node = ''] = key.split(' ')
      const needed = kind === 'plain' ? node === this.#plainHome : masters.includes(node) && !connection.idle
      if (needed) continue
      this.#connections.delete(key)
      connection.close()
    }
  }

  close(): void {
    for (const connection of this.#connections.values()) connection.close()
    this.#connections.clear()
  }

  /**
   * The connection for plain channels. Any master will do; it changes only when the current one fails or disappears.
   */
  #plain(): SubscriberConnection | undefined {
    const masters = this.#masters()
    const home = this.#plainHome
    const held = home === undefined ? undefined : this.#connections.get(`plain ${home}`)
    if (home !== undefined && held && masters.includes(home) && !held.guard.away) return held
    // The next master in turn, so that the same dead node is not tried again and again.
    const next = masters[(masters.indexOf(home ?? '') + 1) % Math.max(masters.length, 1)]
    if (next === undefined) return held
    this.#plainHome = next
    return this.#at('plain', next)
  }

  #masters(): string[] {
    return this.#cluster()
      .nodes('master')
      .map(({ options }) => `${options.host ?? ''}:${options.port ?? 0}`)
      .sort()
  }

  #at(kind: ChannelKind, node: string | undefined): SubscriberConnection | undefined {
    if (node === undefined) return undefined
    const key = `${kind} ${node}`
    const known = this.#connections.get(key)
    if (known) return known
    const colon = node.lastIndexOf(':')
    const connection = this.#connect({ host: node.slice(0, colon), port: Number(node.slice(colon + 1)) })
    this.#connections.set(key, connection)
    return connection
  }
}
