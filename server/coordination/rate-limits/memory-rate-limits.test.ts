import { expect, test } from 'vitest'
import { systemClock } from '../../base/index.ts'
import { createMemoryRateLimits } from './memory-rate-limits.ts'

test('only limits with splitAmongMembers are divided by the number of instances', async () => {
  const limits = createMemoryRateLimits({ clock: systemClock, members: () => 3 })
  const limit = { rate: 6, perMs: 60_000, burst: 6 }
  const allowed = async (key: string, splitAmongMembers: boolean): Promise<number> => {
    let count = 0
    for (let tries = 0; tries < 10; tries++)
      if ((await limits.consume(key, { ...limit, splitAmongMembers })).allowed) count++
    return count
  }
  expect([await allowed('sign-in', true), await allowed('runs', false)]).toEqual([2, 6])
})
