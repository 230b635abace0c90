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
  /** Absent if the table is in memory. */
  link?: Pick<RedisLink, 'healthy' | 'onLink'>
  acknowledged: AcknowledgedBeat
  clock: Clock
  logger: Logger
}

const deadlineMs = 500

/** Sends the own heartbeats to the table in Redis or in memory, and holds the table's list of the others. */
export class TableBeats {
  readonly #options: TableBeatsOptions
  readonly #evidence = new TableEvidence()
  #sentFacts = ''
  #ok = false
  /** The monotonic time at which the last acknowledged heartbeat was sent. */
  #sentAt = Number.NEGATIVE_INFINITY

  constructor(options: TableBeatsOptions) {
    this.#options = options
  }

  /** Whether the table acknowledged the last heartbeat. */
  get ok(): boolean {
    return this.#ok
  }

  healthy(): boolean {
    return this.#ok && (this.#options.link?.healthy() ?? true)
  }

  /** Whether an absence from the list proves a death (rule 3). */
  get absenceProvesDeath(): boolean {
    return this.#evidence.absenceProvesDeath
  }

  /**
   * Whether the table's list is still to be used. When the table becomes unreachable, its list counts for one more
   * lease; by then the members have sent heartbeats to the store.
   */
  get listCounts(): boolean {
    return this.#ok || this.#options.clock.monotonic() - this.#sentAt < lease
  }

  lists(incarnation: string): boolean {
    return this.#evidence.listed(incarnation)
  }

  members(): Member[] {
    return this.#evidence.members().map(({ incarnation, facts }) => decodeMember(incarnation, facts))
  }

  /**
   * Sends one heartbeat. Resolves with the incarnations that left cleanly since the previous one, or with undefined if
   * the heartbeat failed.
   */
  async beat(current: MemberFacts): Promise<string[] | undefined> {
    const { self, table, link, acknowledged, logger } = this.#options
    const sent = acknowledged.currentMoment()
    try {
      const facts = encodeFacts({ ...current, redis: link?.healthy() ?? true })
      const work = table.beat(self, facts === this.#sentFacts ? undefined : facts)
      let answer = await withDeadline(work, deadlineMs, 'heartbeat')
      if (answer.kind === 'facts-needed') {
        this.#evidence.break()
        answer = await withDeadline(table.beat(self, facts), deadlineMs, 'heartbeat')
        if (answer.kind === 'facts-needed')
          throw new Error('the membership table lost the facts of this instance twice')
      }
      acknowledged.acknowledge(sent)
      this.#sentFacts = facts
      this.#ok = true
      this.#sentAt = sent.monotonic
      return this.#evidence.record(answer).filter((incarnation) => incarnation !== self)
    } catch (error) {
      logger.debug({ err: error }, 'a heartbeat failed')
      this.#evidence.break()
      this.#sentFacts = ''
      this.#ok = false
      return undefined
    }
  }

  leave(): Promise<void> {
    return withDeadline(
      this.#options.table.leave(this.#options.self),
      deadlineMs,
      'leaving the membership table',
    )
  }
}
