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
  /** The id of this incarnation. */
  self: string
  facts: MemberFacts
  /** In Redis or in memory. Without a table, the store alone decides. */
  table?: BeatTable
  link?: Pick<RedisLink, 'healthy' | 'onLink'>
  /** Receives heartbeats while the table is unreachable or if there is none. */
  store?: HeartbeatStore
  clock: Clock
  logger: Logger
}

type OwnOptions = Omit<FleetMembershipOptions, 'table' | 'link' | 'store'>

/** For a fleet with Redis: heartbeats go to Redis, and to the store while Redis is away. */
export function createRedisMembership(
  options: OwnOptions & { link: RedisLink; keys: RedisKeys; store: HeartbeatStore },
): FleetMembership {
  return new FleetMembership({ ...options, table: createRedisBeatTable(options.link, options.keys) })
}

/** For a fleet without Redis: heartbeats go to the store every second, and its list decides which members are dead. */
export function createStoreMembership(options: OwnOptions & { store: HeartbeatStore }): FleetMembership {
  return new FleetMembership(options)
}

const tableBeatMs = 450
const storeBeatMs = 900
/** The maximum time that `join` waits for the first connection to Redis. */
const firstLinkMs = 2000

/**
 * Decides when heartbeats go to the table and to the store, and notifies watchers of the changes. It serves Redis, the
 * hub in memory and the store alone, which differ only in their table.
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
  #reportedHealthy = false

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
      void every(() => this.#beatTable(table), { ms: () => tableBeatMs, failed: this.#logFailure, signal })
    }
    if (!table?.ok) await this.#beatStore()
    void every(() => (this.#needsStore() ? this.#beatStore() : Promise.resolve()), {
      ms: () => storeBeatMs,
      failed: this.#logFailure,
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
    const logFailedLeave = (error: unknown): void =>
      this.#options.logger.debug(
        { err: error },
        'this member could not remove itself from the list: the others notice within a lease',
      )
    await this.#storeBeat
    await Promise.all([
      this.#table?.leave().catch(logFailedLeave),
      this.#store?.leave().catch(logFailedLeave),
    ])
  }

  /**
   * Writes the current facts to the store, even while Redis works. Resolves after the attempt, even if it failed. First
   * waits for a heartbeat that is already in progress, so that its older facts do not replace these.
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
    return !this.#table?.ok || this.#store?.isReliedOn === true || this.#roster.needsStore
  }

  /** One at a time: a call while a heartbeat is in progress waits for that heartbeat. */
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

  /** Compares the current state with the state last reported to the watchers, and notifies them of the difference. */
  #evaluate(left: string[]): void {
    const healthy = this.redisHealthy()
    this.#facts = { ...this.#facts, redis: healthy }
    const { changed, departed, vanished } = this.#roster.update(left)
    // The missing member may have lost only Redis; the store's list shows whether it is alive.
    if (vanished && !this.#stopping.signal.aborted) void this.#beatStore()
    if (healthy !== this.#reportedHealthy) {
      this.#reportedHealthy = healthy
      this.#notifyWatchers(({ link }) => link?.(healthy))
    }
    if (changed) this.#notifyWatchers((watcher) => watcher.changed?.(this.members()))
    for (const { incarnation, how } of departed)
      this.#notifyWatchers((watcher) => watcher.departed?.(incarnation, how))
  }

  #notifyWatchers(call: (watcher: MembershipWatcher) => void): void {
    for (const watcher of this.#watchers) {
      try {
        call(watcher)
      } catch (error) {
        this.#logFailure(error)
      }
    }
  }

  readonly #logFailure = (error: unknown): void => {
    this.#options.logger.error({ err: error }, 'a membership update or watcher failed')
  }
}
