import type { ClaimRecord } from '../chat/index.ts'
import type { Membership } from '../coordination/contracts.ts'
import { decodeMember, encodeFacts } from '../coordination/membership/member-facts.ts'
import { lease } from '../coordination/membership/membership.ts'
import type { Store } from '../store/index.ts'

/** Deaths that are longer ago have no bearing. */
const latelyMs = 600_000

/** Kept in the rows of the instances' heartbeats: a goodbye removes its row, a death leaves it. */
export function createClaimRecord(membership: Membership, store: Store): ClaimRecord {
  const { self } = membership
  const label = (): string | undefined =>
    membership.members().find(({ incarnation }) => incarnation === self)?.label
  return {
    async deaths() {
      const mine = label()
      const rows = await store.instances.recent(latelyMs)
      const alive = new Set(membership.members().map(({ incarnation }) => incarnation))
      return rows
        .filter(({ incarnation }) => !alive.has(incarnation))
        .map(({ incarnation, facts }) => decodeMember(incarnation, facts))
        .filter((member) => member.label === mine && member.claiming).length
    },
    async write(claiming) {
      membership.update({ claiming })
      const mine = membership.members().find(({ incarnation }) => incarnation === self)
      if (!mine) return
      const { incarnation: _, ...facts } = mine
      await store.instances.beat(self, encodeFacts({ ...facts, claiming }), lease)
    },
  }
}
