import type { BeatAnswer, ListedMember } from './beat-table.ts'
import { lease } from './membership.ts'

type OkAnswer = BeatAnswer & { kind: 'ok' }

/**
 * Whether an absence from the table proves death: only when the own entry and the table itself have been there without
 * a break for one lease, by the table's clock (rule 3).
 */
export class TableEvidence {
  #since: number | undefined
  #now = 0
  #tableId = ''
  #listed = new Map<string, ListedMember>()

  /** Takes an answer in; returns who said goodbye since the last one. */
  take(answer: OkAnswer): string[] {
    const { now, tableId, gap } = answer
    const broken = gap || tableId !== this.#tableId || now < this.#now || now - this.#now > lease
    // An entry that is gone although it was young was removed by its owner: nothing else removes it.
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

  /** A beat failed, or the table had lost the own facts. */
  break(): void {
    this.#since = undefined
  }

  get proves(): boolean {
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
 * The same for the store, which says who beat within the lease by its own clock: what has to be unbroken is the chain of
 * own beats, by the monotonic clock.
 */
export class StoreEvidence {
  #since: number | undefined
  #last = Number.NEGATIVE_INFINITY

  /** `at`: monotonic time at which an acknowledged beat was sent. */
  take(at: number): void {
    if (this.#since === undefined || at - this.#last > lease) this.#since = at
    this.#last = at
  }

  break(): void {
    this.#since = undefined
  }

  get proves(): boolean {
    return this.#since !== undefined && this.#last - this.#since >= lease
  }

  /** When the last acknowledged beat was sent. */
  get last(): number {
    return this.#last
  }
}
