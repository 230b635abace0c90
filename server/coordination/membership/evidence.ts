import type { BeatAnswer, ListedMember } from './beat-table.ts'
import { lease } from './membership.ts'

type OkAnswer = BeatAnswer & { kind: 'ok' }

/**
 * Decides whether an absence from the table proves a death. It does only if the own entry and the table itself have
 * existed without interruption for one lease by the table's clock (rule 3).
 */
export class TableEvidence {
  #since: number | undefined
  #now = 0
  #tableId = ''
  #listed = new Map<string, ListedMember>()

  /** Records an answer of the table. Returns the incarnations that left cleanly since the previous answer. */
  record(answer: OkAnswer): string[] {
    const { now, tableId, gap } = answer
    const broken = gap || tableId !== this.#tableId || now < this.#now || now - this.#now > lease
    // An entry that disappeared before it was a lease old was removed by its owner, because nothing else removes it.
    const left = broken
      ? []
      : [...this.#listed.values()].filter(
          ({ incarnation, beatAt }) =>
            now - beatAt < lease && !answer.listed.some((member) => member.incarnation === incarnation),
        )
    if (broken || this.#since === undefined) this.#since = now
    this.#now = now
    this.#tableId = tableId
    this.#listed = new Map(answer.listed.map((member) => [member.incarnation, member]))
    return left.map(({ incarnation }) => incarnation)
  }

  /** Ends the proof: a heartbeat failed, or the table had lost the own facts. */
  break(): void {
    this.#since = undefined
  }

  get absenceProvesDeath(): boolean {
    return this.#since !== undefined && this.#now - this.#since >= lease
  }

  listed(incarnation: string): boolean {
    return this.#listed.has(incarnation)
  }

  members(): ListedMember[] {
    return [...this.#listed.values()]
  }
}

/**
 * Decides whether an absence from the store's list proves a death. The list has the members with a heartbeat within a
 * lease by the store's clock. An absence proves a death only if the own heartbeats to the store were uninterrupted for
 * a lease by the monotonic clock.
 */
export class StoreEvidence {
  #since: number | undefined
  #last = Number.NEGATIVE_INFINITY

  /** `at`: the monotonic time at which an acknowledged heartbeat was sent. */
  record(at: number): void {
    if (this.#since === undefined || at - this.#last > lease) this.#since = at
    this.#last = at
  }

  /** Ends the proof: a heartbeat failed. */
  break(): void {
    this.#since = undefined
  }

  get absenceProvesDeath(): boolean {
    return this.#since !== undefined && this.#last - this.#since >= lease
  }

  /** The monotonic time at which the last acknowledged heartbeat was sent. */
  get last(): number {
    return this.#last
  }
}
