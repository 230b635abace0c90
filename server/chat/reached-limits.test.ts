import { expect, test } from 'vitest'
import type { AppError } from '../../protocol/index.ts'
import { systemClock } from '../base/index.ts'
import { requestsOfOne, userCounts } from '../../test/support/user-counts.ts'
import { createMemoryRateLimits } from '../coordination/rate-limits/memory-rate-limits.ts'
import type { Store } from '../store/store.ts'
import { RunLimiter } from './run-limits.ts'

test('C19: a refused request receives its limit and the time until the limit is fully available again', async () => {
  const limiter = new RunLimiter({
    rateLimits: createMemoryRateLimits({ clock: systemClock }),
    requests: requestsOfOne(),
    store: { runs: { countRunning: async () => 0 } } as unknown as Store,
    limits: () => ({ runsPerMinute: 2, tokensPerMinute: 10, runningPerUser: null }),
  })
  await limiter.admitRequest('u1')
  await limiter.admitRequest('u1')
  await expect(limiter.admitRequest('u1')).rejects.toMatchObject({
    code: 'rate_limited',
    retryAfterMs: expect.any(Number),
    limit: { of: 'requests', limit: 2, remaining: expect.any(Number), resetMs: expect.any(Number) },
  })
  await limiter.spend('u2', 10)
  await limiter.spend('u2', 10)
  await expect(limiter.admitRequest('u2')).rejects.toMatchObject({ limit: { of: 'tokens', limit: 10 } })
})

test('S22: the refusal of a request names the limit and who can raise it, also on the wire', async () => {
  const max = 2
  const limiter = new RunLimiter({
    rateLimits: createMemoryRateLimits({ clock: systemClock }),
    requests: requestsOfOne(),
    store: { runs: { countRunning: async () => max } } as unknown as Store,
    limits: () => ({ runsPerMinute: null, tokensPerMinute: null, runningPerUser: max }),
  })
  const running = await limiter.admitRequest('u1').catch((error: unknown) => error as AppError)
  expect((running as AppError).toWire()).toEqual({
    code: 'too_many_runs',
    message:
      'You have reached the limit of concurrent answers (2). Wait until one ends, or stop one. An administrator can raise the limit in the settings.',
    limit: { of: 'running', max },
  })
})

test('requests of API clients count on every instance, in addition to the answers in the store', async () => {
  const running = { answers: 0 }
  const [here, there] = userCounts(2).map(
    ({ requests }) =>
      new RunLimiter({
        rateLimits: createMemoryRateLimits({ clock: systemClock }),
        requests,
        store: { runs: { countRunning: async () => running.answers } } as unknown as Store,
        limits: () => ({ runsPerMinute: null, tokensPerMinute: null, runningPerUser: 2 }),
      }),
  )
  const { ended } = await here!.admitRequest('u')
  running.answers = 1
  await expect(there!.admitRequest('u')).rejects.toMatchObject({ code: 'too_many_runs' })
  ended()
  const { ended: endedThere } = await there!.admitRequest('u')
  await expect(here!.admitRequest('u')).rejects.toMatchObject({ code: 'too_many_runs' })
  endedThere()
  await here!.admitRequest('u')
})
