import type { Clock } from '../../base/index.ts'
import type { AcknowledgedBeat } from './acknowledged-beat.ts'
import { lease } from './membership.ts'
import type { Member, MemberFacts } from './membership.ts'
import { addBounded } from './store-beats.ts'
import type { StoreBeats } from './store-beats.ts'
import type { TableBeats } from './table-beats.ts'

export interface RosterOptions {
  self: string
  /** Of this instance, as they are now. */
  facts: () => MemberFacts
  table: Pick<TableBeats, 'ok' | 'proves' | 'listCounts' | 'lists' | 'members'> | undefined
  store: Pick<StoreBeats, 'proves' | 'last' | 'lists' | 'members' | 'beatWithoutRedis'> | undefined
  acknowledged: Pick<AcknowledgedBeat, 'age'>
  clock: Pick<Clock, 'monotonic'>
}

export interface RosterChange {
  /** The members, or facts of theirs, are other ones. */
  changed: boolean
  gone: { incarnation: string; how: 'left' | 'dead' }[]
  /** Somebody has just vanished from the lists; the store may know more. */
  vanished: boolean
}

interface Missing {
  member: Member
  /** Monotonic time at which it was first not listed. */
  at: number
}

/** Concludes from the lists of the table and of the store who is a member, who has gone, and who may be claimed from. */
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

  /** See Membership. */
  verdict(incarnation: string): 'alive' | 'dead' | 'unknown' {
    const { self, table, store, acknowledged } = this.#options
    if (incarnation === self) return 'alive'
    if (this.#left.has(incarnation)) return 'dead'
    if (this.#isListed(incarnation)) return 'alive'
    // Back from a pause: what is known is old, and says nothing of the present.
    if (acknowledged.age() >= lease) return 'unknown'
    // A list has just grown old; what takes its place has not come yet.
    if (this.#members.some((member) => member.incarnation === incarnation)) return 'unknown'
    const storeProves = store?.proves ?? false
    if (!table) return storeProves ? 'dead' : 'unknown'
    if (!table.ok) return storeProves && store?.beatWithoutRedis(incarnation) ? 'dead' : 'unknown'
    if (!table.proves) return 'unknown'
    // It may have lost Redis and beat in the store: asked there before one that was seen alive is given up.
    const missing = this.#missing.get(incarnation)
    return missing && store && store.last < missing.at ? 'unknown' : 'dead'
  }

  /** Somebody is missing, or only the store says whether it lives: the table alone does not do. */
  get needsStore(): boolean {
    const { self, table } = this.#options
    return (
      this.#missing.size > 0 ||
      this.#members.some(({ incarnation }) => incarnation !== self && !table?.lists(incarnation))
    )
  }

  /** Reads both lists. `left` said goodbye. */
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
      gone: [
        ...left.map((incarnation) => ({ incarnation, how: 'left' as const })),
        ...dead.map(([incarnation, { member }]) => ({ incarnation, how: this.#howGone(member) })),
      ],
      vanished,
    }
  }

  /** The store keeps no goodbye: one that drained and is gone has left. */
  #howGone({ state }: Member): 'left' | 'dead' {
    return !this.#options.table && state === 'draining' ? 'left' : 'dead'
  }

  /** Beside a table that works, the store's list counts for a lease; without, it is all there is. */
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
    // The place that works now has the newer facts.
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
