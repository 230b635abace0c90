import type { HeartbeatStore, Member, MemberFacts } from '../../server/coordination/membership/membership.ts'
import { lease } from '../../server/coordination/membership/membership.ts'

/** The store's part of membership, in memory: it lists the instances whose last heartbeat is younger than the lease. */
export class MemoryHeartbeats {
  readonly #rows = new Map<string, { member: Member; at: number }>()
  readonly #failing = new Set<string>()
  /** The number of heartbeats that arrived, by incarnation. */
  readonly beats = new Map<string, number>()

  /** The port that an instance gets. */
  port(): HeartbeatStore {
    return {
      beat: async (incarnation, facts: MemberFacts) => {
        await this.#arrive(incarnation)
        const now = performance.now()
        this.#rows.set(incarnation, { member: { incarnation, ...facts }, at: now })
        this.beats.set(incarnation, (this.beats.get(incarnation) ?? 0) + 1)
        return [...this.#rows.values()].filter(({ at }) => now - at < lease).map(({ member }) => member)
      },
      leave: async (incarnation) => {
        await this.#arrive(incarnation)
        this.#rows.delete(incarnation)
      },
    }
  }

  /** Makes all further calls of this instance fail. */
  fail(incarnation: string): void {
    this.#failing.add(incarnation)
  }

  async #arrive(incarnation: string): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    if (this.#failing.has(incarnation)) throw new Error('the store is unavailable')
  }
}
