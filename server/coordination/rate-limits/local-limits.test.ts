import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { limitTerms } from './limit-terms.ts'
import { LocalLimits } from './local-limits.ts'

describe('GCRA', () => {
  test('no window allows more than the burst plus the rate, and a retry after retryAfterMs is allowed', () => {
    const limit = fc.record({
      rate: fc.integer({ min: 1, max: 500 }),
      perMs: fc.integer({ min: 1, max: 100_000 }),
      burst: fc.integer({ min: 1, max: 50 }),
    })
    const steps = fc.array(
      fc.record({ wait: fc.integer({ min: 0, max: 5000 }), cost: fc.integer({ min: 1, max: 60 }) }),
      {
        maxLength: 60,
      },
    )
    const run = fc.property(limit, steps, (limit, steps) => {
      let now = 0
      const limits = new LocalLimits(() => now)
      const used: { at: number; cost: number }[] = []
      for (const { wait, cost } of steps) {
        now += wait
        const terms = limitTerms(limit, cost)
        const answer = limits.consume('k', terms)
        expect(answer.remaining).toBeGreaterThanOrEqual(0)
        expect(answer.remaining).toBeLessThanOrEqual(limit.burst)
        if (answer.allowed) {
          used.push({ at: now, cost: terms.cost })
          expect(answer.retryAfterMs).toBe(0)
          continue
        }
        expect(answer.retryAfterMs).toBeGreaterThan(0)
        now += answer.retryAfterMs
        expect(limits.consume('k', terms).allowed).toBe(true)
        used.push({ at: now, cost: terms.cost })
      }
      for (const { at: from } of used) {
        for (const { at: to } of used.filter(({ at }) => at >= from)) {
          const sum = used
            .filter(({ at }) => at >= from && at <= to)
            .reduce((total, { cost }) => total + cost, 0)
          expect(sum).toBeLessThanOrEqual(limit.burst + ((to - from) * limit.rate) / limit.perMs + 1e-3)
        }
      }
    })
    fc.assert(run, { numRuns: 200 })
  })

  test('a whole burst at once is allowed, despite rounding errors', () => {
    const run = fc.property(
      fc.integer({ min: 1, max: 997 }),
      fc.integer({ min: 1, max: 100 }),
      fc.double({ min: 0, max: 1e9, noNaN: true }),
      (rate, burst, now) => {
        const limits = new LocalLimits(() => now)
        const terms = limitTerms({ rate, perMs: 1000, burst }, burst)
        expect(limits.consume('k', terms)).toMatchObject({ allowed: true, remaining: 0 })
      },
    )
    fc.assert(run)
  })

  test('a reduced limit applies at once', () => {
    const limits = new LocalLimits(() => 0)
    limits.consume('k', limitTerms({ rate: 1, perMs: 1000, burst: 100 }, 100))
    expect(
      limits.consume('k', limitTerms({ rate: 1, perMs: 1000, burst: 2 }, 1)).retryAfterMs,
    ).toBeLessThanOrEqual(1000)
  })

  test('a limit divided by three allows a third of the burst and of the rate', () => {
    let now = 0
    const limits = new LocalLimits(() => now)
    const terms = limitTerms({ rate: 3, perMs: 1000, burst: 9 }, 1, 3)
    const take = () => limits.consume('k', terms).allowed
    expect([take(), take(), take(), take()]).toEqual([true, true, true, false])
    now += 1000
    expect([take(), take()]).toEqual([true, false])
  })

  test('the number of keys in memory is bounded', () => {
    const limits = new LocalLimits(() => 0)
    const terms = limitTerms({ rate: 1, perMs: 60_000, burst: 1 }, 1)
    for (let n = 0; n < 150_000; n++) limits.consume(`k${n}`, terms)
    for (let n = 0; n < 150_000; n++) limits.block(`k${n}`, 60_000)
    expect(limits.size).toBeLessThanOrEqual(200_000)
    expect(limits.consume('k149999', terms).allowed).toBe(false)
  })
})
