import type { HeartbeatStore, Member, Membership } from './membership.ts'

/** Deaths that are longer ago have no bearing. */
const latelyMs = 600_000

/** The rows of heartbeats in the store. */
export interface HeartbeatRows extends HeartbeatStore {
  /** Every row that beat within `ms`, those of the dead included. */
  recent(ms: number): Promise<Member[]>
}

/**
 * Remembers across restarts whether instances of this label died soon after they had claimed runs. Kept in the rows of
 * heartbeats: a goodbye removes its row, a death leaves it.
 */
export class ClaimRecord {
  readonly #membership: Pick<Membership, 'self' | 'members' | 'update'>
  readonly #rows: HeartbeatRows

  constructor(membership: Pick<Membership, 'self' | 'members' | 'update'>, rows: HeartbeatRows) {
    this.#membership = membership
    this.#rows = rows
  }

  /** How many instances of this label died within a minute of a claim, in the last ten minutes. */
  async deaths(): Promise<number> {
    const label = this.#own()?.label
    const rows = await this.#rows.recent(latelyMs)
    const alive = new Set(this.#membership.members().map(({ incarnation }) => incarnation))
    return rows.filter((row) => !alive.has(row.incarnation) && row.label === label && row.claiming).length
  }

  /** True before what was claimed is driven, false when a minute has passed. */
  async write(claiming: boolean): Promise<void> {
    this.#membership.update({ claiming })
    const own = this.#own()
    if (!own) return
    const { incarnation, ...facts } = own
    await this.#rows.beat(incarnation, { ...facts, claiming })
  }

  #own(): Member | undefined {
    return this.#membership.members().find(({ incarnation }) => incarnation === this.#membership.self)
  }
}
