import { expect, test } from 'vitest'
import { silentLogger } from '../base/index.ts'
import { MemoryBusHub } from '../coordination/bus/memory-bus.ts'
import { createMessageBus } from '../coordination/bus/message-bus.ts'
import type { Member } from '../coordination/contracts.ts'
import { messages } from '../messages.ts'
import { createPresence } from './presence.ts'
import type { Presence } from './presence.ts'

/** Two instances that share a bus, and how often one asked the other. */
function twoInstances(): { here: Presence; there: Presence; asks: () => number } {
  const hub = new MemoryBusHub()
  let asks = 0
  const counted = createMessageBus(hub.connect('listener'), messages, silentLogger)
  counted.on('pages.asked', 'user:u', { message: () => asks++, gap: () => {} })
  const [here, there] = ['a', 'b'].map((self) =>
    createPresence(createMessageBus(hub.connect(self), messages, silentLogger), {
      self,
      members: () => [{}, {}] as Member[],
    }),
  ) as [Presence, Presence]
  return { here, there, asks: () => asks }
}

async function enterTimes(presence: Presence, times: number, max: number): Promise<void> {
  for (let page = 0; page < times; page++) await presence.enter('u', max)
}

test('a small limit on open pages holds exactly over two instances', async () => {
  const { here, there } = twoInstances()
  await enterTimes(here, 1, 2)
  const leave = await here.enter('u', 2)
  await expect(there.enter('u', 2)).rejects.toMatchObject({ code: 'rate_limited', retryAfterMs: 10_000 })
  leave()
  await there.enter('u', 2)
})

test('S22: below its share of a large limit an instance asks nobody; above it the others count', async () => {
  const { here, there, asks } = twoInstances()
  await enterTimes(here, 50, 100)
  await enterTimes(there, 50, 100)
  expect(asks()).toBe(0)
  await expect(here.enter('u', 100)).rejects.toMatchObject({ code: 'rate_limited' })
  expect(asks()).toBe(1)
})
