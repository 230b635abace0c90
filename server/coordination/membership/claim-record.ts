import type { FleetMembership } from './fleet-membership.ts'
import type { Member } from './membership.ts'

/** Deaths that are longer ago have no bearing. */
const latelyMs = 600_000

/** The rows of heartbeats in the store. */
export interface HeartbeatRows {
  /** Every row that beat within `ms`, those of the dead included. */
  recent(ms: number): Promise<Member[]>
}

/**
 * Remembers across restarts whether instances of this label died soon after they had claimed runs. Kept in the rows of
 * heartbeats: a goodbye removes its row, a death leaves it.
 */
export class ClaimRecord {
  readonly #membership: Pick<FleetMembership, 'self' | 'members' | 'update' | 'beatInStore'>
  readonly #rows: HeartbeatRows

  constructor(
    membership: Pick<FleetMembership, 'self' | 'members' | 'update' | 'beatInStore'>,
    rows: HeartbeatRows,
  ) {
    this.#membership = membership
    this.#rows = rows
  }

  /** How many instances of this label died within a minute of a claim, in the last ten minutes. */
  async deaths(): Promise<number> {
    const members = this.#membership.members()
    const label = members.find(({ incarnation }) => incarnation === this.#membership.self)?.label
    const alive = new Set(members.map(({ incarnation }) => incarnation))
    const rows = await this.#rows.recent(latelyMs)
    return rows.filter((row) => !alive.has(row.incarnation) && row.label === label && row.claiming).length
  }

  /** True before what was claimed is driven, false when a minute has passed. Resolves once it was tried. */
  async write(claiming: boolean): Promise<void> {
    this.#membership.update({ claiming })
    await this.#membership.beatInStore()
  }
}
