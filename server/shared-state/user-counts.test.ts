import { describe, expect, test } from 'vitest'
import { silentLogger } from '../base/index.ts'
import { MemoryBusHub } from '../coordination/bus/memory-bus.ts'
import { createMessageBus } from '../coordination/bus/message-bus.ts'
import { messages } from '../messages.ts'
import { userCounts } from '../../test/support/user-counts.ts'
import { createPresence } from './presence.ts'
import type { UserCount } from './user-counts.ts'

function twoInstances(): { here: UserCount; there: UserCount; hub: MemoryBusHub; asks: () => number } {
  const hub = new MemoryBusHub()
  let asks = 0
  const listener = createMessageBus(hub.connect('listener'), messages, silentLogger)
  listener.on('user.count.asked', 'fleet', { message: () => asks++, gap: () => {} })
  const [here, there] = userCounts(2, hub)
  return { here: here!.requests, there: there!.requests, hub, asks: () => asks }
}

function addTimes(count: UserCount, times: number): void {
  for (let one = 0; one < times; one++) count.add('u')
}

describe('counts of a user on two instances', () => {
  test('a small limit holds exactly, including `more`', async () => {
    const { here, there } = twoInstances()
    addTimes(here, 2)
    const leave = here.add('u')
    here.add('somebody else')
    there.add('u')
    expect(await there.isWithin('u', 3)).toBe(false)
    expect(await there.isWithin('u', 4)).toBe(true)
    expect(await there.isWithin('u', 4, 1)).toBe(false)
    leave()
    leave()
    expect(await there.isWithin('u', 3)).toBe(true)
    expect(await there.isWithin('u', 2)).toBe(false)
  })

  test('pages and requests are counted separately', async () => {
    const [here, there] = userCounts(2)
    here!.pages.add('u')
    there!.requests.add('u')
    expect(await there!.requests.isWithin('u', 1)).toBe(true)
  })

  test('S22: an instance queries the others only above its share of a large limit', async () => {
    const { here, there, asks } = twoInstances()
    addTimes(here, 50)
    addTimes(there, 50)
    expect([await here.isWithin('u', 100), await there.isWithin('u', 100)]).toEqual([true, true])
    expect(asks()).toBe(0)
    here.add('u')
    expect(await here.isWithin('u', 100)).toBe(false)
    expect(asks()).toBe(1)
  })

  test('while the bus is unreachable, each instance counts only its own', async () => {
    const { here, there, hub } = twoInstances()
    there.add('u')
    here.add('u')
    hub.cut('instance-0')
    expect([await here.isWithin('u', 1), await here.isWithin('u', 0)]).toEqual([true, false])
  })
})

test('a page above the limit is refused with a retry time, and allowed when another has closed', async () => {
  const [here, there] = userCounts(2).map(({ pages }) => createPresence(pages))
  const leave = await here!.enter('u', 1)
  await expect(there!.enter('u', 1)).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 10_000 })
  leave()
  await there!.enter('u', 1)
})
