import type { FleetMembership } from './fleet-membership.ts'
import type { Member } from './membership.ts'

/** Older deaths are ignored. */
const recentMs = 600_000

/** The store's rows of heartbeats. */
export interface HeartbeatRows {
  /** All rows with a heartbeat within the last `ms`, including those of dead instances. */
  recent(ms: number): Promise<Member[]>
}

/**
 * Remembers across restarts whether instances with this label died soon after they had claimed runs. The record is in
 * the store's rows of heartbeats: an instance that leaves cleanly removes its row, and a dead one does not.
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

  /** The number of instances with this label that died within a minute of a claim, in the last ten minutes. */
  async countDeaths(): Promise<number> {
    const members = this.#membership.members()
    const label = members.find(({ incarnation }) => incarnation === this.#membership.self)?.label
    const alive = new Set(members.map(({ incarnation }) => incarnation))
    const rows = await this.#rows.recent(recentMs)
    return rows.filter((row) => !alive.has(row.incarnation) && row.label === label && row.claiming).length
  }

  /**
   * Callers write true before they drive claimed runs, and false a minute later. Resolves after the attempt to write,
   * even if it failed.
   */
  async recordClaiming(claiming: boolean): Promise<void> {
    this.#membership.update({ claiming })
    await this.#membership.beatInStore()
  }
}
