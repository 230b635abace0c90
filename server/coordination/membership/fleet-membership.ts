import type { Clock, Logger } from '../../base/index.ts'
import { every } from '../../base/index.ts'
import type { RedisKeys } from '../redis/keys.ts'
import type { RedisLink } from '../redis/redis-link.ts'
import { untilHealthy } from '../redis/until-healthy.ts'
import { AcknowledgedBeat } from './acknowledged-beat.ts'
import type { BeatTable } from './beat-table.ts'
import type { HeartbeatStore, Member, MemberFacts, Membership, MembershipWatcher } from './membership.ts'
import { createRedisBeatTable } from './redis-beat-table.ts'
import { Roster } from './roster.ts'
import { StoreBeats } from './store-beats.ts'
import { TableBeats } from './table-beats.ts'

export interface FleetMembershipOptions {
  /** This incarnation. */
  self: string
  facts: MemberFacts
  /** Redis or a hub; without it the store alone decides. */
  table?: BeatTable
  link?: Pick<RedisLink, 'healthy' | 'onLink'>
  /** Where beats go when the table is away or there is none. */
  store?: HeartbeatStore
  clock: Clock
  logger: Logger
}

type OwnOptions = Omit<FleetMembershipOptions, 'table' | 'link' | 'store'>

/** Beats in Redis; in the store while Redis is away. */
export function createRedisMembership(
  options: OwnOptions & { link: RedisLink; keys: RedisKeys; store: HeartbeatStore },
): FleetMembership {
  return new FleetMembership({ ...options, table: createRedisBeatTable(options.link, options.keys) })
}

/** For a fleet without Redis: beats in the store each second, and its list decides who is dead. */
export function createStoreMembership(options: OwnOptions & { store: HeartbeatStore }): FleetMembership {
  return new FleetMembership(options)
}

const tableBeatMs = 450
const storeBeatMs = 900
/** How long `join` waits for the first connection to Redis. */
const firstLinkMs = 2000

/**
 * Decides when to beat where, and tells the watchers what follows. One for Redis, the memory hub and the store alone; they
 * differ in their table.
 */
export class FleetMembership implements Membership {
  readonly self: string
  readonly #options: FleetMembershipOptions
  readonly #watchers = new Set<MembershipWatcher>()
  readonly #table: TableBeats | undefined
  readonly #store: StoreBeats | undefined
  readonly #roster: Roster
  readonly #acknowledged: AcknowledgedBeat
  readonly #stopping = new AbortController()
  #facts: MemberFacts
  #storeBeat: Promise<void> | undefined
  #linkTold = false

  constructor(options: FleetMembershipOptions) {
    const { self, table, store, clock } = options
    this.self = self
    this.#options = options
    this.#facts = { ...options.facts, redis: false }
    const acknowledged = new AcknowledgedBeat(clock)
    this.#acknowledged = acknowledged
    this.#table = table && new TableBeats({ ...options, table, acknowledged })
    this.#store = store && new StoreBeats({ ...options, store, acknowledged })
    this.#roster = new Roster({
      self,
      facts: () => this.#facts,
      table: this.#table,
      store: this.#store,
      acknowledged,
      clock,
    })
  }

  async join(): Promise<void> {
    const { link } = this.#options
    const { signal } = this.#stopping
    const table = this.#table
    if (table) {
      if (link) await untilHealthy(link, firstLinkMs)
      await this.#beatTable(table)
      const stopListening = link?.onLink(() => this.#evaluate([]))
      if (stopListening) signal.addEventListener('abort', stopListening)
      void every(() => this.#beatTable(table), { ms: () => tableBeatMs, failed: this.#bug, signal })
    }
    if (!table?.ok) await this.#beatStore()
    void every(() => (this.#needsStore() ? this.#beatStore() : Promise.resolve()), {
      ms: () => storeBeatMs,
      failed: this.#bug,
      signal,
    })
  }

  members(): Member[] {
    return this.#roster.members()
  }

  verdict(incarnation: string): 'alive' | 'dead' | 'unknown' {
    return this.#roster.verdict(incarnation)
  }

  update(facts: Partial<MemberFacts>): void {
    this.#facts = { ...this.#facts, ...facts, redis: this.#facts.redis }
  }

  watch(watcher: MembershipWatcher): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  sinceAcknowledged(): number {
    return this.#acknowledged.age()
  }

  redisHealthy(): boolean {
    return this.#table?.healthy() ?? false
  }

  async leave(): Promise<void> {
    this.#stopping.abort()
    const unheard = (error: unknown): void =>
      this.#options.logger.debug({ err: error }, 'a goodbye was not heard: others notice within a lease')
    await this.#storeBeat
    await Promise.all([this.#table?.leave().catch(unheard), this.#store?.leave().catch(unheard)])
  }

  /**
   * Writes the facts as they are now to the store, whatever Redis does. Resolves once that was tried. After a beat that is
   * under way with earlier facts: its row must not replace this one.
   */
  async beatInStore(): Promise<void> {
    await this.#storeBeat
    await this.#beatStore()
  }

  async #beatTable(table: TableBeats): Promise<void> {
    const wasOk = table.ok
    const left = await table.beat(this.#facts)
    if (!left && wasOk && !this.#stopping.signal.aborted) void this.#beatStore()
    this.#evaluate(left ?? [])
  }

  #needsStore(): boolean {
    if (this.#stopping.signal.aborted) return false
    return !this.#table?.ok || this.#store?.reliedOn === true || this.#roster.needsStore
  }

  /** One at a time: whoever asks while a beat is under way waits for that one. */
  #beatStore(): Promise<void> {
    const store = this.#store
    if (!store) return Promise.resolve()
    this.#storeBeat ??= store
      .beat({ ...this.#facts, redis: this.redisHealthy() })
      .then(() => this.#evaluate([]))
      .finally(() => {
        this.#storeBeat = undefined
      })
    return this.#storeBeat
  }

  /** Compares what is known now with what the watchers were told, and tells the difference. */
  #evaluate(left: string[]): void {
    const healthy = this.redisHealthy()
    this.#facts = { ...this.#facts, redis: healthy }
    const { changed, gone, vanished } = this.#roster.update(left)
    // It may have lost Redis only: the store knows, and is asked at once.
    if (vanished && !this.#stopping.signal.aborted) void this.#beatStore()
    if (healthy !== this.#linkTold) {
      this.#linkTold = healthy
      this.#tell(({ link }) => link?.(healthy))
    }
    if (changed) this.#tell((watcher) => watcher.changed?.(this.members()))
    for (const { incarnation, how } of gone) this.#tell((watcher) => watcher.gone?.(incarnation, how))
  }

  #tell(call: (watcher: MembershipWatcher) => void): void {
    for (const watcher of this.#watchers) {
      try {
        call(watcher)
      } catch (error) {
        this.#bug(error)
      }
    }
  }

  readonly #bug = (error: unknown): void => {
    this.#options.logger.error({ err: error }, 'membership failed')
  }
}
