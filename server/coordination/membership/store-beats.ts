import { withDeadline } from '../../base/index.ts'
import type { Logger } from '../../base/index.ts'
import type { AcknowledgedBeat } from './acknowledged-beat.ts'
import { StoreEvidence } from './evidence.ts'
import type { HeartbeatStore, Member, MemberFacts } from './membership.ts'

export interface StoreBeatsOptions {
  self: string
  store: HeartbeatStore
  acknowledged: AcknowledgedBeat
  logger: Logger
}

const deadlineMs = 2500
const leaveDeadlineMs = 500
/** The maximum size of a set that remembers incarnations. */
const maxRemembered = 1000

/** Sends the own heartbeats to the store, and holds the store's list of the others. */
export class StoreBeats {
  readonly #options: StoreBeatsOptions
  readonly #evidence = new StoreEvidence()
  #list = new Map<string, Member>()
  /**
   * Incarnations whose last heartbeat in the store said that they had lost Redis. They need the store, so their absence
   * from it proves something.
   */
  readonly #withoutRedis = new Set<string>()
  #reliedOn = false

  constructor(options: StoreBeatsOptions) {
    this.#options = options
  }

  /** Other members may rely on the own heartbeats in the store, until one of these says that Redis is back. */
  get isReliedOn(): boolean {
    return this.#reliedOn
  }

  /** Whether an absence from the list proves a death. */
  get absenceProvesDeath(): boolean {
    return this.#evidence.absenceProvesDeath
  }

  /** The monotonic time at which the last acknowledged heartbeat was sent. */
  get last(): number {
    return this.#evidence.last
  }

  lists(incarnation: string): boolean {
    return this.#list.has(incarnation)
  }

  members(): Member[] {
    return [...this.#list.values()]
  }

  /** Whether the last heartbeat of the incarnation in the store said that it had lost Redis. */
  beatWithoutRedis(incarnation: string): boolean {
    return this.#withoutRedis.has(incarnation)
  }

  /** Sends one heartbeat. Never rejects. */
  async beat(facts: MemberFacts): Promise<void> {
    const { self, store, acknowledged, logger } = this.#options
    const sent = acknowledged.currentMoment()
    if (!facts.redis) this.#reliedOn = true
    try {
      const members = await withDeadline(store.beat(self, facts), deadlineMs, 'heartbeat in the store')
      acknowledged.acknowledge(sent)
      this.#evidence.record(sent.monotonic)
      if (facts.redis) this.#reliedOn = false
      this.#list = new Map(members.map((member) => [member.incarnation, member]))
      for (const { incarnation, redis } of members) {
        if (redis) this.#withoutRedis.delete(incarnation)
        else addBounded(this.#withoutRedis, incarnation)
      }
    } catch (error) {
      logger.debug({ err: error }, 'a heartbeat in the store failed')
      this.#evidence.break()
    }
  }

  /** Removes the own row, if a heartbeat was ever acknowledged. */
  async leave(): Promise<void> {
    const { self, store } = this.#options
    if (this.last > 0) await withDeadline(store.leave(self), leaveDeadlineMs, 'leaving the store')
  }
}

/** Adds the incarnation as the newest, and removes the oldest if the set is too large. */
export function addBounded(set: Set<string>, incarnation: string): void {
  set.delete(incarnation)
  set.add(incarnation)
  const oldest = set.size > maxRemembered ? set.values().next().value : undefined
  if (oldest !== undefined) set.delete(oldest)
}
