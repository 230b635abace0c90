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
const goodbyeMs = 500
/** Incarnations that are gone are remembered, but not for ever. */
const maxRemembered = 1000

/** The own heartbeats in the store, and what its list says of the others. */
export class StoreBeats {
  readonly #options: StoreBeatsOptions
  readonly #evidence = new StoreEvidence()
  #list = new Map<string, Member>()
  /** Last seen beating in the store because Redis was away for them: their absence from the store means something. */
  readonly #withoutRedis = new Set<string>()
  #reliedOn = false

  constructor(options: StoreBeatsOptions) {
    this.#options = options
  }

  /** Others may rely on the own beats here, until they have read here that Redis is back. */
  get reliedOn(): boolean {
    return this.#reliedOn
  }

  /** Whether an absence from the list proves a death. */
  get proves(): boolean {
    return this.#evidence.proves
  }

  /** Monotonic time at which the last acknowledged beat was sent. */
  get last(): number {
    return this.#evidence.last
  }

  lists(incarnation: string): boolean {
    return this.#list.has(incarnation)
  }

  members(): Member[] {
    return [...this.#list.values()]
  }

  beatWithoutRedis(incarnation: string): boolean {
    return this.#withoutRedis.has(incarnation)
  }

  /** Beats once; does not reject. */
  async beat(facts: MemberFacts): Promise<void> {
    const { self, store, acknowledged, logger } = this.#options
    const sent = acknowledged.mark()
    if (!facts.redis) this.#reliedOn = true
    try {
      const members = await withDeadline(store.beat(self, facts), deadlineMs, 'heartbeat in the store')
      acknowledged.take(sent)
      this.#evidence.take(sent.monotonic)
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

  /** Says goodbye where a beat had arrived. */
  async leave(): Promise<void> {
    const { self, store } = this.#options
    if (this.last > 0) await withDeadline(store.leave(self), goodbyeMs, 'goodbye to the store')
  }
}

/** Adds it as the newest, and forgets the oldest beyond what is remembered. */
export function addBounded(set: Set<string>, incarnation: string): void {
  set.delete(incarnation)
  set.add(incarnation)
  const oldest = set.size > maxRemembered ? set.values().next().value : undefined
  if (oldest !== undefined) set.delete(oldest)
}
