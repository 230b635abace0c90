import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { RateLimits } from './rate-limits.ts'

/** Creates the rate limits of several instances that share their limits, for a test. */
export interface RateLimitsRig {
  make(): Promise<RateLimits>
  /** Makes Redis unreachable, until `restore`. Absent in memory. */
  cut?(): Promise<void>
  restore?(): Promise<void>
  flush?(): Promise<void>
  close(): Promise<void>
}

const waitOptions = { timeout: 15_000, interval: 20 }
/** One unit in ten minutes, so that no unit becomes available again during a test. */
const slow = { rate: 1, perMs: 600_000, burst: 10 }
let keys = 0

export function describeRateLimits(
  make: () => Promise<RateLimitsRig>,
  /** `remote` is false for limits in memory, which cannot be unreachable or emptied. */
  { remote = true }: { remote?: boolean } = {},
): void {
  describe('rate limits', () => {
    let rig: RateLimitsRig
    let open: RateLimits[] = []
    const handle = async (): Promise<RateLimits> => {
      const limits = await rig.make()
      open.push(limits)
      return limits
    }
    const newKey = (): string => `sign-in:${keys++}:{odd} name`
    beforeAll(async () => {
      rig = await make()
    })
    afterEach(async () => {
      await Promise.all(open.map((limits) => limits.close()))
      open = []
    })
    afterAll(() => rig?.close())

    test('Delivers: all instances together allow at most `burst` plus the rate', async () => {
      const all = [await handle(), await handle(), await handle()]
      const key = newKey()
      const limit = { rate: 20, perMs: 1000, burst: 5 }
      const began = performance.now()
      const rounds = Array.from({ length: 25 }, () => all.map((limits) => limits.consume(key, limit)))
      const answers = await Promise.all(rounds.flat())
      const allowed = answers.filter((answer) => answer.allowed).length
      const max = 5 + Math.ceil(((performance.now() - began) / 1000) * 20) + 1
      expect(allowed).toBeGreaterThanOrEqual(5)
      expect(allowed).toBeLessThanOrEqual(max)
      expect(answers.some(({ degraded }) => degraded)).toBe(false)
      const refused = answers.find((answer) => !answer.allowed)!
      expect(refused.retryAfterMs).toBeGreaterThan(0)
      expect(refused.retryAfterMs).toBeLessThanOrEqual(50)
      await vi.waitFor(
        async () => expect(await all[0]!.consume(key, limit)).toMatchObject({ allowed: true }),
        waitOptions,
      )
    })

    test('Orders: nothing. All instances see the same remaining units and times of a key', async () => {
      const [a, b] = [await handle(), await handle()]
      const [key, other] = [newKey(), newKey()]
      expect(await a.consume(key, slow, 4)).toMatchObject({ allowed: true, remaining: 6, retryAfterMs: 0 })
      expect(await b.consume(key, slow, 0)).toMatchObject({ allowed: true, remaining: 6 })
      expect(await b.consume(key, slow, 7)).toMatchObject({ allowed: false, remaining: 6 })
      const last = await b.consume(key, slow, 6)
      expect(last).toMatchObject({ allowed: true, remaining: 0 })
      expect(last.resetMs).toBeGreaterThan(10 * 600_000 - 20_000)
      expect(last.resetMs).toBeLessThanOrEqual(10 * 600_000)
      const refused = await a.consume(key, slow)
      expect(refused).toMatchObject({ allowed: false, remaining: 0 })
      expect(refused.retryAfterMs).toBeGreaterThan(580_000)
      expect(refused.retryAfterMs).toBeLessThanOrEqual(600_000)
      expect(await a.consume(other, slow, 99)).toMatchObject({ allowed: true, remaining: 0 })
      await expect(a.consume(other, { ...slow, rate: 0 })).rejects.toThrow(/rate is 0/)
      await expect(a.consume(other, { ...slow, burst: Number.NaN })).rejects.toThrow(/burst/)
      await expect(a.consume(other, slow, -1)).rejects.toThrow(/cost/)
    })

    test('a block applies to every instance until it expires or is removed', async () => {
      const [a, b] = [await handle(), await handle()]
      const [key, brief] = [newKey(), newKey()]
      await a.block(key, 60_000)
      const refused = await b.consume(key, slow)
      expect(refused.allowed).toBe(false)
      expect(refused.retryAfterMs).toBeGreaterThan(50_000)
      await b.unblock(key)
      expect(await a.consume(key, slow)).toMatchObject({ allowed: true, remaining: 9 })
      await a.block(brief, 200)
      expect((await a.consume(brief, slow)).allowed).toBe(false)
      await vi.waitFor(async () => expect((await b.consume(brief, slow)).allowed).toBe(true), waitOptions)
    })

    test('Survives: the death of any instance. After a flush of Redis, everything counts as unused', async () => {
      const [a, b] = [await handle(), await handle()]
      const key = newKey()
      expect((await a.consume(key, slow, 10)).allowed).toBe(true)
      await a.close()
      expect((await b.consume(key, slow)).allowed).toBe(false)
      if (!remote) return
      await rig.flush!()
      expect(await b.consume(key, slow)).toMatchObject({ allowed: true, remaining: 9, degraded: false })
    })

    if (!remote) return

    test('When Redis is away: each instance decides by its own count and says degraded; the outage itself reaches no limit', async () => {
      const [a, b] = [await handle(), await handle()]
      const [key, blocked, shared] = [newKey(), newKey(), newKey()]
      expect(await a.consume(key, slow, 8)).toMatchObject({ allowed: true, degraded: false })
      expect(await b.consume(key, slow, 0)).toMatchObject({ allowed: true, remaining: 2 })
      await rig.cut!()
      // Units used on this instance still count; units used on others are not known.
      expect(await a.consume(key, slow, 2)).toMatchObject({ allowed: true, degraded: true, remaining: 0 })
      expect(await a.consume(key, slow)).toMatchObject({ allowed: false, degraded: true })
      expect(await b.consume(key, slow, 10)).toMatchObject({ allowed: true, degraded: true })
      // A limit with `splitAmongMembers`: half of ten, because there are two instances.
      const out = { ...slow, splitAmongMembers: true }
      expect(await a.consume(shared, out, 5)).toMatchObject({ allowed: true, remaining: 0 })
      expect((await a.consume(shared, out)).allowed).toBe(false)
      await a.block(blocked, 60_000)
      expect((await a.consume(blocked, slow)).allowed).toBe(false)
      expect((await b.consume(blocked, slow)).allowed).toBe(true)
      await rig.restore!()
      // The next call with the key writes the block to Redis.
      await vi.waitFor(async () => {
        expect(await a.consume(blocked, slow, 0)).toMatchObject({ allowed: false, degraded: false })
        expect(await b.consume(blocked, slow, 0)).toMatchObject({ allowed: false, degraded: false })
      }, waitOptions)
    })
  })
}
