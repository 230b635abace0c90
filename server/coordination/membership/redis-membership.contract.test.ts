import { describe, expect, test, vi } from 'vitest'
import { membershipOver } from '../../../test/support/redis-rigs.ts'
import { startStandalone } from '../../../test/support/redis-server.ts'
import type { TestRedis } from '../../../test/support/redis-server.ts'
import { someFacts } from './membership.contract.ts'
import { lease } from './membership.ts'

const waitOptions = { timeout: 15_000, interval: 20 }

describe.concurrent('membership, over Redis', () => {
  async function pair(redis: TestRedis) {
    const rig = membershipOver(redis)
    const [a, b] = [await rig.make('a', someFacts), await rig.make('b', someFacts)]
    const departed: string[] = []
    for (const member of [a, b])
      member.watch({ departed: (incarnation, how) => departed.push(`${incarnation} ${how}`) })
    await Promise.all([a.join(), b.join()])
    await vi.waitFor(
      () => expect([a.members(), b.members()].map(({ length }) => length)).toEqual([2, 2]),
      waitOptions,
    )
    await vi.waitFor(() => expect(a.verdict('x')).toBe('dead'), waitOptions)
    return {
      rig,
      a,
      b,
      departed,
      close: () =>
        Promise.all([a.leave(), b.leave()])
          .then(() => rig.close())
          .then(() => redis.stop()),
    }
  }

  test('Redis killed and restarted empty (another run_id): no member is judged dead; verdicts return a lease later', async () => {
    const { a, b, departed, rig, close } = await pair(await startStandalone())
    await rig.cut!()
    await rig.restore!()
    await vi.waitFor(() => expect(a.verdict('x')).toBe('unknown'), waitOptions)
    await vi.waitFor(() => expect(a.verdict('x')).toBe('dead'), waitOptions)
    expect([a.verdict('b'), b.verdict('a'), ...departed]).toEqual(['alive', 'alive'])
    await close()
  })

  test('Redis stopped for 4 s: heartbeats go to the store at once, and no member is judged dead', async () => {
    const redis = await startStandalone()
    const { a, b, departed, rig, close } = await pair(redis)
    redis.servers[0]!.pause()
    await vi.waitFor(() => expect(rig.heartbeats.beats.get('a')).toBeGreaterThan(0), waitOptions)
    await new Promise((resolve) => setTimeout(resolve, 4000))
    expect([a.verdict('b'), b.verdict('a'), a.verdict('x')]).toEqual(['alive', 'alive', 'unknown'])
    expect(a.sinceAcknowledged()).toBeLessThan(2500)
    redis.servers[0]!.resume()
    await vi.waitFor(() => expect([a.redisHealthy(), b.redisHealthy()]).toEqual([true, true]), waitOptions)
    expect([a.verdict('b'), b.verdict('a'), ...departed]).toEqual(['alive', 'alive'])
    await close()
  })

  test('a member that alone has lost Redis stays alive for the others, because it is in the store', async () => {
    const { a, b, departed, rig, close } = await pair(await startStandalone())
    await rig.loseRedis('b')
    await vi.waitFor(
      () => expect(a.members()[1]).toMatchObject({ incarnation: 'b', redis: false }),
      waitOptions,
    )
    await new Promise((resolve) => setTimeout(resolve, lease))
    expect([a.verdict('b'), departed, a.redisHealthy(), b.redisHealthy()]).toEqual(['alive', [], true, false])
    // Members with Redis send heartbeats to the store only while a member is missing: their absence there proves
    // nothing.
    expect(b.verdict('a')).not.toBe('dead')
    expect(b.verdict('never seen')).toBe('unknown')
    // When it really dies, it is judged dead.
    rig.heartbeats.fail('b')
    await vi.waitFor(() => expect(departed).toEqual(['b dead']), waitOptions)
    await close()
  })

  test('with Redis away for all, a member that stops its heartbeats in the store is judged dead', async () => {
    const redis = await startStandalone()
    const { a, b, departed, rig, close } = await pair(redis)
    await rig.cut!()
    await vi.waitFor(() => expect(a.members().map(({ redis }) => redis)).toEqual([false, false]), waitOptions)
    rig.heartbeats.fail('b')
    await vi.waitFor(() => expect(departed).toEqual(['b dead']), waitOptions)
    expect([a.verdict('b'), a.verdict('x')]).toEqual(['dead', 'unknown'])
    await b.leave()
    await close()
  })

  test('an idle instance sends only heartbeats and pings', async () => {
    const redis = await startStandalone()
    const { rig, close } = await pair(redis)
    const admin = redis.servers[0]!.admin
    const beats = rig.heartbeats.beats.get('a') ?? 0
    const count = async (): Promise<number> =>
      Number(/total_commands_processed:(\d+)/.exec(await admin.info('stats'))?.[1])
    // Redis also counts the commands inside the script: ten per heartbeat.
    const before = [await count(), performance.now()] as const
    await new Promise((resolve) => setTimeout(resolve, 3000))
    const perSecond = ((await count()) - before[0] - 1) / ((performance.now() - before[1]) / 1000)
    expect(perSecond).toBeLessThan(2 * (2.5 * 11 + 2))
    expect(rig.heartbeats.beats.get('a') ?? 0).toBe(beats)
    await close()
  })
})
