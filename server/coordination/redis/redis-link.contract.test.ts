import { describe, expect, test, vi } from 'vitest'
import { connectLink, linkBecomes, problemOf, redisTopologies } from '../../../test/support/redis-link.ts'
import { echo, recordMessages, key, spublish } from '../../../test/support/redis-channels.ts'
import { startStandalone, startWithPassword } from '../../../test/support/redis-server.ts'
import { silentLogger, systemClock } from '../../base/index.ts'
import { createClientFactory } from './client-options.ts'
import { GuardedClient } from './guarded-client.ts'
import { parseRedisUrl } from './redis-url.ts'
import { SubscriberConnection } from './subscriber-connection.ts'

const waitOptions = { timeout: 20_000, interval: 20 }

describe.concurrent('every topology', () => {
  for (const [name, start] of [...redisTopologies, ['password', startWithPassword] as const]) {
    test(`${name}: scripts, commands, plain and sharded channels`, async () => {
      await using redis = await start()
      const link = await connectLink(redis)
      expect(await link.eval(echo, [key('a')], ['echo', 'ü', 7])).toEqual([key('a'), 'ü', '7'])
      await Promise.all(redis.servers.map(({ admin }) => admin.call('SCRIPT', 'FLUSH')))
      expect(await link.eval(echo, [key('a')], ['echo', 'again'])).toEqual([key('a'), 'again'])
      expect(await link.command(['SET', key('b'), 'x', 'PX', 60_000])).toBe('OK')
      expect(await link.command(['get', key('b')])).toBe('x')

      const plain = recordMessages(link, 'plain', key('plain'))
      const shards = ['s0', 's1', 's2', 's3', 's4'].map((shard) =>
        recordMessages(link, 'sharded', key(shard)),
      )
      await Promise.all([plain.ready, ...shards.map(({ ready }) => ready)])
      await link.publish(key('plain'), 'p')
      await Promise.all(shards.map((_, index) => spublish(link, key(`s${index}`), `m${index}`)))
      await vi.waitFor(() => {
        expect([plain.received, ...shards.map(({ received }) => received)]).toEqual([
          ['p'],
          ['m0'],
          ['m1'],
          ['m2'],
          ['m3'],
          ['m4'],
        ])
      }, waitOptions)
      expect(problemOf(link)).toBeUndefined()

      shards[0]?.close()
      await vi.waitFor(async () => expect(await spublish(link, key('s0'), 'nobody')).toBe(0), waitOptions)
      await link.close()
      expect(link.healthy()).toBe(false)
      await expect(link.command(['get', key('b')])).rejects.toThrow('closed')
    })
  }
})

describe.concurrent('calls', () => {
  test('a call with a wrong number of keys throws', async () => {
    await using redis = await startStandalone()
    const link = await connectLink(redis)
    await expect(link.eval(echo, [], [])).rejects.toThrow('declares 1 keys, but was called with 0')
    await expect(link.command(['lpush', 'list', 1])).resolves.toBe(1)
    await expect(link.command(['get', 'list'])).rejects.toMatchObject({
      name: 'RedisUnavailable',
      kind: 'refused',
    })
    await link.close()
  })

  test('paused server: every call settles within its deadline, and no call is executed twice', async () => {
    await using redis = await startStandalone()
    const link = await connectLink(redis)
    const changes: boolean[] = []
    link.onLink((healthy) => changes.push(healthy))
    const [server] = redis.servers
    server!.pause()
    const calls = Array.from({ length: 50 }, () => link.command(['incr', 'n'], { deadlineMs: 300 }))
    const outcomes = await Promise.allSettled(calls)
    expect(
      outcomes.every((outcome) => outcome.status === 'rejected' && outcome.reason.kind === 'timeout'),
    ).toBe(true)
    await linkBecomes(link, false)
    expect(problemOf(link)).toMatch(/does not answer/)
    server!.resume()
    await linkBecomes(link, true)
    expect(Number(await link.command(['get', 'n']))).toBeLessThanOrEqual(50)
    expect(changes).toEqual([false, true])
    await link.close()
  })

  test('killed server: calls fail at once and are not executed later, and the link recovers by itself', async () => {
    await using redis = await startStandalone()
    const link = await connectLink(redis)
    const [server] = redis.servers
    await server!.kill()
    await linkBecomes(link, false)
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => link.command(['incr', 'n'])))
    expect(outcomes.every((outcome) => outcome.status === 'rejected' && outcome.reason.kind === 'away')).toBe(
      true,
    )
    await vi.waitFor(
      () => expect(problemOf(link)).toMatch(/nothing listens at 127\.0\.0\.1:\d+: start Redis/),
      waitOptions,
    )
    await server!.start()
    await linkBecomes(link, true)
    expect(await link.command(['get', 'n'])).toBeNull()
    expect(problemOf(link)).toBeUndefined()
    await link.close()
  })

  test('a call in progress is rejected when the connection breaks, and is not sent again', async () => {
    await using redis = await startStandalone()
    const link = await connectLink(redis)
    const [server] = redis.servers
    server!.pause()
    const call = link.command(['incr', 'n'])
    const settled = expect(call).rejects.toMatchObject({ kind: 'away' })
    await server!.kill()
    await settled
    await server!.start()
    await linkBecomes(link, true)
    expect(await link.command(['get', 'n'])).toBeNull()
    await link.close()
  })

  test('a client that has ended is replaced, and its subscriptions are renewed', async () => {
    await using redis = await startStandalone()
    const answer = parseRedisUrl(redis.variables)
    if (!answer.ok) throw new Error(answer.problem)
    const factory = createClientFactory(answer.topology)
    const events = { alive: () => {}, failed: () => {} }
    const connection = new SubscriberConnection(() => factory.subscriber(), {
      clock: systemClock,
      logger: silentLogger,
      mixed: true,
      events,
    })
    const received: string[] = []
    connection.addChannel('plain', 'c', {
      confirmed: () => received.push('confirmed'),
      lost: () => received.push('lost'),
      message: (payload) => received.push(payload),
    })
    await vi.waitFor(() => expect(received).toEqual(['confirmed']), waitOptions)
    const ended = connection.guard.client
    ended.disconnect()
    // Shorter than the time after which a client that is not ready is replaced.
    const soon = { timeout: 10_000, interval: 20 }
    await vi.waitFor(() => expect(received).toEqual(['confirmed', 'lost', 'confirmed']), soon)
    expect([ended.status, connection.guard.client.status]).toEqual(['end', 'ready'])
    await redis.servers[0]!.admin.publish('c', 'x')
    await vi.waitFor(() => expect(received.at(-1)).toBe('x'), waitOptions)
    connection.close()
  })

  test('a second error of a socket, or an error after it was replaced, does not end the process', async () => {
    await using redis = await startStandalone()
    const answer = parseRedisUrl(redis.variables)
    if (!answer.ok) throw new Error(answer.problem)
    const failed: unknown[] = []
    const guard = new GuardedClient({
      build: () => createClientFactory(answer.topology).subscriber(),
      ping: (client) => client.ping(),
      clock: systemClock,
      logger: silentLogger,
      events: { alive: () => {}, failed: (error) => failed.push(error) },
    })
    await vi.waitFor(() => expect(guard.alive).toBe(true), waitOptions)
    const { stream } = guard.client
    stream.emit('error', new Error('first'))
    stream.emit('error', new Error('second'))
    await vi.waitFor(() => expect(failed).toHaveLength(1), waitOptions)
    guard.rebuild()
    stream.emit('error', new Error('third'))
    await vi.waitFor(() => expect(guard.alive).toBe(true), waitOptions)
    const left = guard.client.stream
    guard.close()
    left.emit('error', new Error('fourth'))
    left.emit('error', new Error('fifth'))
  })

  test('an idempotent call is retried until Redis is back', async () => {
    await using redis = await startStandalone()
    const link = await connectLink(redis, { tries: 40 })
    const [server] = redis.servers
    await server!.kill()
    await linkBecomes(link, false)
    const once = link.command(['set', 'once', 1])
    await expect(once).rejects.toMatchObject({ kind: 'away' })
    const many = link.command(['set', 'many', 1], { idempotent: true })
    await server!.start()
    expect(await many).toBe('OK')
    await link.close()
  })

  test('at most 10,000 calls wait at the same time', async () => {
    await using redis = await startStandalone()
    const link = await connectLink(redis)
    redis.servers[0]!.pause()
    const calls = Array.from({ length: 10_050 }, () => link.command(['get', 'x'], { deadlineMs: 500 }))
    const outcomes = await Promise.allSettled(calls)
    const refused = outcomes.filter(
      (outcome) => outcome.status === 'rejected' && /already waiting for Redis/.test(outcome.reason.message),
    )
    expect(refused).toHaveLength(50)
    redis.servers[0]!.resume()
    await link.close()
  })

  test('a full Redis refuses writes, and the problem says so', async () => {
    await using redis = await startStandalone(['maxmemory 1mb', 'maxmemory-policy noeviction'])
    const link = await connectLink(redis)
    const write = link
      .command(['set', 'big', 'x'.repeat(2_000_000)])
      .then(() => link.command(['set', 'more', 1]))
    await expect(write).rejects.toMatchObject({ kind: 'oom' })
    expect(problemOf(link)).toMatch(/is full and refuses writes: raise maxmemory/)
    expect(link.healthy()).toBe(true)
    await link.close()
  })
})

describe.concurrent('subscriptions', () => {
  test('all dropped subscriptions are renewed, each with a gap', async () => {
    await using redis = await startStandalone()
    const link = await connectLink(redis)
    const all = Array.from({ length: 300 }, (_, n) =>
      recordMessages(link, n % 2 ? 'plain' : 'sharded', key(`c${n}`)),
    )
    await Promise.all(all.map(({ ready }) => ready))
    const [server] = redis.servers
    await server!.admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await vi.waitFor(() => expect(all.every(({ received }) => received[0] === 'gap')).toBe(true), waitOptions)
    await Promise.all(
      all.map((_, n) => (n % 2 ? link.publish(key(`c${n}`), 'x') : spublish(link, key(`c${n}`), 'x'))),
    )
    await vi.waitFor(
      () => expect(all.every(({ received }) => received.join() === 'gap,x')).toBe(true),
      waitOptions,
    )
    await link.close()
  })

  test('closing the last channel of one kind does not affect channels of the other kind', async () => {
    await using redis = await startStandalone()
    const link = await connectLink(redis)
    const [plain, sharded] = [
      recordMessages(link, 'plain', key('p')),
      recordMessages(link, 'sharded', key('s')),
    ]
    await Promise.all([plain.ready, sharded.ready])
    sharded.close()
    await vi.waitFor(async () => expect(await spublish(link, key('s'), 'nobody')).toBe(0), waitOptions)
    await link.publish(key('p'), 'one')
    const again = recordMessages(link, 'sharded', key('s'))
    await again.ready
    plain.close()
    await vi.waitFor(async () => expect(await link.publish(key('p'), 'nobody')).toBe(0), waitOptions)
    await spublish(link, key('s'), 'two')
    await vi.waitFor(
      () => expect([plain.received, sharded.received, again.received]).toEqual([['one'], [], ['two']]),
      waitOptions,
    )
    await link.close()
  })

  test('after quick unsubscriptions and subscriptions, the last state applies', async () => {
    await using redis = await startStandalone()
    const link = await connectLink(redis)
    for (let turn = 0; turn < 5; turn++) recordMessages(link, 'plain', 'flip').close()
    const kept = recordMessages(link, 'plain', 'flip')
    const closed = recordMessages(link, 'plain', 'flop')
    await Promise.all([kept.ready, closed.ready])
    closed.close()
    const { admin } = redis.servers[0]!
    await vi.waitFor(
      async () => expect(await admin.pubsub('CHANNELS', 'fl?p')).toEqual(['flip']),
      waitOptions,
    )
    await link.publish('flip', 'x')
    await vi.waitFor(() => expect(kept.received).toEqual(['x']), waitOptions)
    await link.close()
  })
})
