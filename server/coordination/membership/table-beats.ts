import { withDeadline } from '../../base/index.ts'
import type { Clock, Logger } from '../../base/index.ts'
import type { RedisLink } from '../redis/redis-link.ts'
import type { AcknowledgedBeat } from './acknowledged-beat.ts'
import type { BeatTable } from './beat-table.ts'
import { TableEvidence } from './evidence.ts'
import { decodeMember, encodeFacts } from './member-facts.ts'
import { lease } from './membership.ts'
import type { Member, MemberFacts } from './membership.ts'

export interface TableBeatsOptions {
  self: string
  table: BeatTable
  /** Absent where the table is a hub in memory. */
  link?: Pick<RedisLink, 'healthy' | 'onLink'>
  acknowledged: AcknowledgedBeat
  clock: Clock
  logger: Logger
}

const deadlineMs = 500

/** The own heartbeats in Redis (or a hub in memory), and what its list says of the others. */
export class TableBeats {
  readonly #options: TableBeatsOptions
  readonly #evidence = new TableEvidence()
  #sentFacts = ''
  #ok = false
  /** Monotonic time at which the last beat that the table took was sent. */
  #sentAt = Number.NEGATIVE_INFINITY

  constructor(options: TableBeatsOptions) {
    this.#options = options
  }

  /** The table took the last beat. */
  get ok(): boolean {
    return this.#ok
  }

  healthy(): boolean {
    return this.#ok && (this.#options.link?.healthy() ?? true)
  }

  /** Whether an absence from the list proves a death (rule 3). */
  get proves(): boolean {
    return this.#evidence.proves
  }

  /** When the table goes away, those it listed are still there for a lease: until then they have come to the store. */
  get listCounts(): boolean {
    return this.#ok || this.#options.clock.monotonic() - this.#sentAt < lease
  }

  lists(incarnation: string): boolean {
    return this.#evidence.listed(incarnation)
  }

  members(): Member[] {
    return this.#evidence.members().map(({ incarnation, facts }) => decodeMember(incarnation, facts))
  }

  /** Beats once. Resolves with those who said goodbye since the last beat; undefined when the table did not take it. */
  async beat(current: MemberFacts): Promise<string[] | undefined> {
    const { self, table, link, acknowledged, logger } = this.#options
    const sent = acknowledged.mark()
    try {
      const facts = encodeFacts({ ...current, redis: link?.healthy() ?? true })
      const work = table.beat(self, facts === this.#sentFacts ? undefined : facts)
      let answer = await withDeadline(work, deadlineMs, 'heartbeat')
      if (answer.kind === 'facts-needed') {
        this.#evidence.break()
        answer = await withDeadline(table.beat(self, facts), deadlineMs, 'heartbeat')
        if (answer.kind === 'facts-needed') throw new Error('the facts of this instance were lost twice')
      }
      acknowledged.take(sent)
      this.#sentFacts = facts
      this.#ok = true
      this.#sentAt = sent.monotonic
      return this.#evidence.take(answer).filter((incarnation) => incarnation !== self)
    } catch (error) {
      logger.debug({ err: error }, 'a heartbeat failed')
      this.#evidence.break()
      this.#sentFacts = ''
      this.#ok = false
      return undefined
    }
  }

  leave(): Promise<void> {
    return withDeadline(this.#options.table.leave(this.#options.self), deadlineMs, 'goodbye to Redis')
  }
}
