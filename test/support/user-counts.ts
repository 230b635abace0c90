import { silentLogger } from '../../server/base/index.ts'
import { MemoryBusHub } from '../../server/coordination/bus/memory-bus.ts'
import { createMessageBus } from '../../server/coordination/bus/message-bus.ts'
import type { Member } from '../../server/coordination/contracts.ts'
import { messages } from '../../server/messages.ts'
import { createUserCounts } from '../../server/shared-state/index.ts'

export type UserCounts = ReturnType<typeof createUserCounts>

/** The counts of this number of instances, connected by one bus in memory. */
export function userCounts(instances: number, hub = new MemoryBusHub()): UserCounts[] {
  const members = Array.from({ length: instances }, () => ({}) as Member)
  return members.map((_, place) => {
    const self = `instance-${place}`
    const bus = createMessageBus(hub.connect(self), messages, silentLogger)
    return createUserCounts(bus, { self, members: () => members })
  })
}

/** The request counts of a single instance. */
export function requestsOfOne(): UserCounts['requests'] {
  const [counts] = userCounts(1)
  if (!counts) throw new Error('there is no instance')
  return counts.requests
}
