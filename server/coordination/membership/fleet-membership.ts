import type { Clock, Logger } from '../../base/index.ts'
import { every, withDeadline } from '../../base/index.ts'
import type { RedisKeys } from '../redis/keys.ts'
import type { RedisLink } from '../redis/redis-link.ts'
import { untilHealthy } from '../redis/until-healthy.ts'
import { AcknowledgedBeat } from './acknowledged-beat.ts'
import type { BeatTable } from './beat-table.ts'
import { StoreEvidence, TableEvidence } from './evidence.ts'
import { decodeMember, encodeFacts } from './member-facts.ts'
import type { HeartbeatStore, Member, MemberFacts, Membership, MembershipWatcher } from './membership.ts'
import { lease } from './membership.ts'
import { createRedisBeatTable } from './redis-beat-table.ts'

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
): Membership {
  return new FleetMembership({ ...options, table: createRedisBeatTable(options.link, options.keys) })
}

/** For a fleet without Redis: beats in the store each second, and its list decides who is dead. */
export function createStoreMembership(options: OwnOptions & { store: HeartbeatStore }): Membership {
  return new FleetMembership(options)
}

const tableBeatMs = 450
const storeBeatMs = 900
const tableDeadlineMs = 500
const storeDeadlineMs = 2500
/** How long `join` waits for the first connection to Redis. */
const firstLinkMs = 2000
/** Incarnations that are gone are remembered, but not for ever. */
const mostRemembered = 1000

interface Missing {
  member: Member
  /** Monotonic time at which it was first not listed. */
  at: number
}

/** One machine for Redis, the memory hub and the store alone; they differ in their table. */
export class FleetMembership implements Membership {
  readonly self: string
  readonly #options: FleetMembershipOptions
  readonly #watchers = new Set<MembershipWatcher>()
  readonly #table = new TableEvidence()
  readonly #store = new StoreEvidence()
  readonly #acknowledged: AcknowledgedBeat
  readonly #stopping = new AbortController()
  #facts: MemberFacts
  #sentFacts = ''
  #tableOk = false
  /** Monotonic time at which the last beat that the table took was sent. */
  #tableAt = Number.NEGATIVE_INFINITY
  #storeList = new Map<string, Member>()
  /** Last seen beating in the store because Redis was away for them: their absence from the store means something. */
  readonly #storeBeaters = new Set<string>()
  /** Others may rely on the own beats in the store, until they have read there that Redis is back. */
  #beatsInStore = false
  #storeBeat: Promise<void> | undefined
  readonly #missing = new Map<string, Missing>()
  readonly #left = new Set<string>()
  #members: Member[]
  #linkTold: boolean

  constructor(options: FleetMembershipOptions) {
    this.self = options.self
    this.#options = options
    this.#facts = { ...options.facts, redis: false }
    this.#acknowledged = new AcknowledgedBeat(options.clock)
    this.#members = [{ incarnation: this.self, ...this.#facts }]
    this.#linkTold = false
  }

  async join(): Promise<void> {
    const { table, link } = this.#options
    const { signal } = this.#stopping
    if (table) {
      if (link) await untilHealthy(link, firstLinkMs)
      await this.#beatTable(table)
      const stopListening = link?.onLink(() => this.#evaluate([]))
      if (stopListening) signal.addEventListener('abort', stopListening)
      void every(() => this.#beatTable(table), { ms: () => tableBeatMs, failed: this.#bug, signal })
    }
    if (!table || !this.#tableOk) await this.#beatStore()
    void every(() => (this.#needsStore() ? this.#beatStore() : Promise.resolve()), {
      ms: () => storeBeatMs,
      failed: this.#bug,
      signal,
    })
  }

  members(): Member[] {
    return this.#members
  }

  verdict(incarnation: string): 'alive' | 'dead' | 'unknown' {
    if (incarnation === this.self) return 'alive'
    if (this.#left.has(incarnation)) return 'dead'
    if (this.#isListed(incarnation)) return 'alive'
    // Back from a pause: what is known is old, and says nothing of the present.
    if (this.#acknowledged.age() >= lease) return 'unknown'
    // A list has just grown old; what takes its place has not come yet.
    if (this.#members.some((member) => member.incarnation === incarnation)) return 'unknown'
    const { table, store } = this.#options
    if (!table) return this.#store.proves ? 'dead' : 'unknown'
    if (!this.#tableOk) {
      return this.#storeBeaters.has(incarnation) && this.#store.proves ? 'dead' : 'unknown'
    }
    if (!this.#table.proves) return 'unknown'
    // It may have lost Redis and beat in the store: asked there before one that was seen alive is given up.
    const missing = this.#missing.get(incarnation)
    return missing && store && this.#store.last < missing.at ? 'unknown' : 'dead'
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
    const { table, link } = this.#options
    return table !== undefined && this.#tableOk && (link?.healthy() ?? true)
  }

  async leave(): Promise<void> {
    this.#stopping.abort()
    const { table, store, logger } = this.#options
    const goodbye = async (work: Promise<void> | undefined, what: string): Promise<void> => {
      try {
        if (work) await withDeadline(work, tableDeadlineMs, what)
      } catch (error) {
        logger.debug({ err: error }, 'a goodbye was not heard: others notice within a lease')
      }
    }
    await this.#storeBeat
    await Promise.all([
      goodbye(table?.leave(this.self), 'goodbye to Redis'),
      goodbye(this.#store.last > 0 ? store?.leave(this.self) : undefined, 'goodbye to the store'),
    ])
  }

  async #beatTable(table: BeatTable): Promise<void> {
    const sent = this.#acknowledged.mark()
    let left: string[] = []
    try {
      const facts = encodeFacts({ ...this.#facts, redis: this.#options.link?.healthy() ?? true })
      const work = table.beat(this.self, facts === this.#sentFacts ? undefined : facts)
      let answer = await withDeadline(work, tableDeadlineMs, 'heartbeat')
      if (answer.kind === 'facts-needed') {
        this.#table.break()
        answer = await withDeadline(table.beat(this.self, facts), tableDeadlineMs, 'heartbeat')
        if (answer.kind === 'facts-needed') throw new Error('the facts of this instance were lost twice')
      }
      this.#acknowledged.take(sent)
      this.#sentFacts = facts
      left = this.#table.take(answer).filter((incarnation) => incarnation !== this.self)
      this.#tableOk = true
      this.#tableAt = sent.monotonic
    } catch (error) {
      this.#options.logger.debug({ err: error }, 'a heartbeat failed')
      const first = this.#tableOk
      this.#table.break()
      this.#sentFacts = ''
      this.#tableOk = false
      if (first && !this.#stopping.signal.aborted) void this.#beatStore()
    }
    this.#evaluate(left)
  }

  #needsStore(): boolean {
    if (this.#stopping.signal.aborted) return false
    return !this.#tableOk || this.#beatsInStore || this.#missing.size > 0 || this.#somebodyOnlyInStore()
  }

  /** Somebody else has lost Redis: only the store says whether it lives. */
  #somebodyOnlyInStore(): boolean {
    return this.#members.some(
      ({ incarnation }) => incarnation !== this.self && !this.#table.listed(incarnation),
    )
  }

  /** One at a time: whoever asks while a beat is under way waits for that one. */
  #beatStore(): Promise<void> {
    const { store } = this.#options
    if (!store) return Promise.resolve()
    this.#storeBeat ??= this.#beatStoreOnce(store).finally(() => {
      this.#storeBeat = undefined
    })
    return this.#storeBeat
  }

  async #beatStoreOnce(store: HeartbeatStore): Promise<void> {
    const sent = this.#acknowledged.mark()
    const facts = { ...this.#facts, redis: this.redisHealthy() }
    if (!facts.redis) this.#beatsInStore = true
    try {
      const members = await withDeadline(
        store.beat(this.self, facts),
        storeDeadlineMs,
        'heartbeat in the store',
      )
      this.#acknowledged.take(sent)
      this.#store.take(sent.monotonic)
      if (facts.redis) this.#beatsInStore = false
      this.#storeList = new Map(members.map((member) => [member.incarnation, member]))
      for (const { incarnation, redis } of members) {
        if (redis) this.#storeBeaters.delete(incarnation)
        else addBounded(this.#storeBeaters, incarnation)
      }
    } catch (error) {
      this.#options.logger.debug({ err: error }, 'a heartbeat in the store failed')
      this.#store.break()
    }
    this.#evaluate([])
  }

  /** Beside a table that works, the store's list counts for a lease; without, it is all there is. */
  #storeListIsFresh(): boolean {
    return !this.#tableOk || this.#options.clock.monotonic() - this.#store.last < lease
  }

  /** When the table goes away, those it listed are still there for a lease: until then they have come to the store. */
  #tableListCounts(): boolean {
    return this.#tableOk || this.#options.clock.monotonic() - this.#tableAt < lease
  }

  #isListed(incarnation: string): boolean {
    if (this.#tableListCounts() && this.#table.listed(incarnation)) return true
    return this.#storeList.has(incarnation) && this.#storeListIsFresh()
  }

  #currentMembers(): Member[] {
    const listed = this.#tableListCounts() ? this.#table.members() : []
    const inTable = listed.map(({ incarnation, facts }) => decodeMember(incarnation, facts))
    const inStore = this.#storeListIsFresh() ? [...this.#storeList.values()] : []
    // The place that works now has the newer facts.
    const all = this.#tableOk ? [...inStore, ...inTable] : [...inTable, ...inStore]
    const found = new Map(all.map((member) => [member.incarnation, member]))
    for (const incarnation of this.#left) found.delete(incarnation)
    found.set(this.self, { incarnation: this.self, ...this.#facts })
    return [...found.values()].sort((a, b) => (a.incarnation < b.incarnation ? -1 : 1))
  }

  /** Compares what is known now with what the watchers were told, and tells the difference. */
  #evaluate(left: string[]): void {
    const healthy = this.redisHealthy()
    this.#facts = { ...this.#facts, redis: healthy }
    for (const incarnation of left) this.#remember(incarnation)
    const before = this.#members
    this.#members = this.#currentMembers()
    this.#miss(before)
    const gone = [...this.#missing].filter(([incarnation]) => this.verdict(incarnation) !== 'unknown')
    for (const [incarnation] of gone) this.#missing.delete(incarnation)
    if (healthy !== this.#linkTold) {
      this.#linkTold = healthy
      this.#tell(({ link }) => link?.(healthy))
    }
    if (JSON.stringify(before) !== JSON.stringify(this.#members)) {
      this.#tell(({ changed }) => changed?.(this.#members))
    }
    for (const incarnation of left) this.#tell((watcher) => watcher.gone?.(incarnation, 'left'))
    for (const [incarnation, { member }] of gone) {
      if (this.verdict(incarnation) !== 'dead') continue
      // The store keeps no goodbye: one that drained and is gone has left.
      const how = !this.#options.table && member.state === 'draining' ? 'left' : 'dead'
      this.#tell((watcher) => watcher.gone?.(incarnation, how))
    }
  }

  #miss(before: Member[]): void {
    const { clock } = this.#options
    const known = this.#missing.size
    for (const member of before) {
      const { incarnation } = member
      if (incarnation === this.self || this.#left.has(incarnation) || this.#isListed(incarnation)) continue
      if (!this.#missing.has(incarnation)) this.#missing.set(incarnation, { member, at: clock.monotonic() })
    }
    // It may have lost Redis only: the store knows, and is asked at once.
    if (this.#missing.size > known && this.#needsStore()) void this.#beatStore()
  }

  #remember(incarnation: string): void {
    this.#missing.delete(incarnation)
    addBounded(this.#left, incarnation)
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

function addBounded(set: Set<string>, incarnation: string): void {
  set.delete(incarnation)
  set.add(incarnation)
  const oldest = set.size > mostRemembered ? set.values().next().value : undefined
  if (oldest !== undefined) set.delete(oldest)
}
