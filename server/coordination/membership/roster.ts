import type { Clock } from '../../base/index.ts'
import type { AcknowledgedBeat } from './acknowledged-beat.ts'
import { lease } from './membership.ts'
import type { Member, MemberFacts } from './membership.ts'
import { addBounded } from './store-beats.ts'
import type { StoreBeats } from './store-beats.ts'
import type { TableBeats } from './table-beats.ts'

export interface RosterOptions {
  self: string
  /** Returns the current facts of this instance. */
  facts: () => MemberFacts
  table: Pick<TableBeats, 'ok' | 'absenceProvesDeath' | 'listCounts' | 'lists' | 'members'> | undefined
  store:
    | Pick<StoreBeats, 'absenceProvesDeath' | 'last' | 'lists' | 'members' | 'beatWithoutRedis'>
    | undefined
  acknowledged: Pick<AcknowledgedBeat, 'age'>
  clock: Pick<Clock, 'monotonic'>
}

export interface RosterChange {
  /** The list of members, or facts of a member, have changed. */
  changed: boolean
  departed: { incarnation: string; how: 'left' | 'dead' }[]
  /** A member has just disappeared from the lists, so the caller should query the store. */
  vanished: boolean
}

interface Missing {
  member: Member
  /** The monotonic time at which it was first found missing. */
  at: number
}

/** Decides from the lists of the table and of the store which incarnations are members, have left, or are dead. */
export class Roster {
  readonly #options: RosterOptions
  readonly #missing = new Map<string, Missing>()
  readonly #left = new Set<string>()
  #members: Member[]

  constructor(options: RosterOptions) {
    this.#options = options
    this.#members = [{ incarnation: options.self, ...options.facts() }]
  }

  members(): Member[] {
    return this.#members
  }

  /** See `Membership.verdict`. */
  verdict(incarnation: string): 'alive' | 'dead' | 'unknown' {
    const { self, table, store, acknowledged } = this.#options
    if (incarnation === self) return 'alive'
    if (this.#left.has(incarnation)) return 'dead'
    if (this.#isListed(incarnation)) return 'alive'
    // This instance was paused, so its lists are out of date.
    if (acknowledged.age() >= lease) return 'unknown'
    // The list that contained this member has just expired, and the other list has not been read yet.
    if (this.#members.some((member) => member.incarnation === incarnation)) return 'unknown'
    const storeProves = store?.absenceProvesDeath ?? false
    if (!table) return storeProves ? 'dead' : 'unknown'
    if (!table.ok) return storeProves && store?.beatWithoutRedis(incarnation) ? 'dead' : 'unknown'
    if (!table.absenceProvesDeath) return 'unknown'
    // A member that was alive may have lost only Redis: it is not dead before the store's list was read again.
    const missing = this.#missing.get(incarnation)
    return missing && store && store.last < missing.at ? 'unknown' : 'dead'
  }

  /** True while a member is missing, or is listed only in the store: the table alone does not show whether it lives. */
  get needsStore(): boolean {
    const { self, table } = this.#options
    return (
      this.#missing.size > 0 ||
      this.#members.some(({ incarnation }) => incarnation !== self && !table?.lists(incarnation))
    )
  }

  /** Reads both lists. `left` contains the incarnations that left cleanly. */
  update(left: string[]): RosterChange {
    for (const incarnation of left) {
      this.#missing.delete(incarnation)
      addBounded(this.#left, incarnation)
    }
    const before = this.#members
    this.#members = this.#currentMembers()
    const vanished = this.#noteMissing(before)
    const decided = [...this.#missing].filter(([incarnation]) => this.verdict(incarnation) !== 'unknown')
    for (const [incarnation] of decided) this.#missing.delete(incarnation)
    const dead = decided.filter(([incarnation]) => this.verdict(incarnation) === 'dead')
    return {
      changed: JSON.stringify(before) !== JSON.stringify(this.#members),
      departed: [
        ...left.map((incarnation) => ({ incarnation, how: 'left' as const })),
        ...dead.map(([incarnation, { member }]) => ({ incarnation, how: this.#howDeparted(member) })),
      ],
      vanished,
    }
  }

  /** The store does not record that a member left. A member that was draining when it disappeared counts as left. */
  #howDeparted({ state }: Member): 'left' | 'dead' {
    return !this.#options.table && state === 'draining' ? 'left' : 'dead'
  }

  /** While the table works, the store's list is used for a lease after it was read; otherwise it is always used. */
  #storeListCounts(): boolean {
    const { table, store, clock } = this.#options
    return store !== undefined && (!table?.ok || clock.monotonic() - store.last < lease)
  }

  #isListed(incarnation: string): boolean {
    const { table, store } = this.#options
    if (table?.listCounts && table.lists(incarnation)) return true
    return this.#storeListCounts() && store?.lists(incarnation) === true
  }

  #currentMembers(): Member[] {
    const { self, facts, table, store } = this.#options
    const inTable = table?.listCounts ? table.members() : []
    const inStore = this.#storeListCounts() ? (store?.members() ?? []) : []
    // Later entries replace earlier ones: those of the table if it works, otherwise those of the store.
    const all = table?.ok ? [...inStore, ...inTable] : [...inTable, ...inStore]
    const found = new Map(all.map((member) => [member.incarnation, member]))
    for (const incarnation of this.#left) found.delete(incarnation)
    found.set(self, { incarnation: self, ...facts() })
    return [...found.values()].sort((a, b) => (a.incarnation < b.incarnation ? -1 : 1))
  }

  #noteMissing(before: Member[]): boolean {
    const { self, clock } = this.#options
    const known = this.#missing.size
    for (const member of before) {
      const { incarnation } = member
      if (incarnation === self || this.#left.has(incarnation) || this.#isListed(incarnation)) continue
      if (!this.#missing.has(incarnation)) this.#missing.set(incarnation, { member, at: clock.monotonic() })
    }
    return this.#missing.size > known
  }
}
