import type { Cluster } from 'ioredis'
import type { RedisAddress } from './redis-url.ts'
import { clusterSlot } from './cluster-slot.ts'
import type { ChannelKind, SubscriberConnection } from './subscriber-connection.ts'

/**
 * Subscriber connections of a Cluster: one to each master that has a wanted sharded channel, and one to some master for
 * the plain channels. ioredis has its own, which swallow a refused resubscription and do not notice a paused node.
 */
export class ClusterSubscribers {
  /** By kind and node. */
  readonly #connections = new Map<string, SubscriberConnection>()
  readonly #cluster: () => Cluster
  readonly #connect: (node: RedisAddress) => SubscriberConnection
  #plainHome: string | undefined

  constructor(cluster: () => Cluster, connect: (node: RedisAddress) => SubscriberConnection) {
    this.#cluster = cluster
    this.#connect = connect
  }

  /** The one for plain channels works, and no other is known not to: a new one is given its time. */
  get alive(): boolean {
    const plain = this.#connections.get(`plain ${this.#plainHome ?? ''}`)
    return plain?.guard.alive === true && [...this.#connections.values()].every(({ guard }) => !guard.away)
  }

  route(kind: ChannelKind, name: string): SubscriberConnection | undefined {
    if (kind === 'sharded') return this.#at(kind, this.#cluster().slots[clusterSlot(name)]?.[0])
    return this.#plain()
  }

  /** Closes what is no longer needed; call after each reroute. */
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

  /** Any master carries plain channels; this one stays until it goes away. */
  #plain(): SubscriberConnection | undefined {
    const masters = this.#masters()
    const home = this.#plainHome
    const held = home === undefined ? undefined : this.#connections.get(`plain ${home}`)
    if (home !== undefined && held && masters.includes(home) && !held.guard.away) return held
    // The next one in turn: the same dead node is not tried over and over.
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
