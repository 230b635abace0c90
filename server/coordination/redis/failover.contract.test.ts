import { Redis } from 'ioredis'
import { describe, expect, test, vi } from 'vitest'
import { connectLink, linkBecomes } from '../../../test/support/redis-link.ts'
import { recordMessages, key, spublish } from '../../../test/support/redis-channels.ts'
import { startCluster, startSentinel, startStandalone } from '../../../test/support/redis-server.ts'
import type { TestRedis } from '../../../test/support/redis-server.ts'
import { silentLogger } from '../../base/index.ts'
import { createClientFactory } from './client-options.ts'
import { clusterSlot } from './cluster-slot.ts'
import type { RedisLink, RedisUnavailable } from './redis-link.ts'
import type { RedisAddress } from './redis-url.ts'
import { parseRedisUrl } from './redis-url.ts'
import { leaveOldMaster, watchSentinels } from './sentinel-watch.ts'

const waitOptions = { timeout: 20_000, interval: 20 }

describe.concurrent('failover', () => {
  async function follow(redis: TestRedis, count: number) {
    const links = await Promise.all(Array.from({ length: count }, () => connectLink(redis)))
    const shards = links.map((link) => recordMessages(link, 'sharded', key('run')))
    const plains = links.map((link) => recordMessages(link, 'plain', key('bus')))
    await Promise.all([...shards, ...plains].map(({ ready }) => ready))
    const [writer] = links as [RedisLink]
    /** Waits until every link works again and receives messages on its renewed subscriptions. */
    const heals = async (): Promise<void> => {
      await vi.waitFor(
        async () => {
          await spublish(writer, key('run'), 'after').catch(() => {})
          await writer.publish(key('bus'), 'after').catch(() => {})
          for (const { received } of [...shards, ...plains]) expect(received).toContain('after')
        },
        { timeout: 25_000, interval: 200 },
      )
      await Promise.all(links.map((link) => linkBecomes(link, true)))
      for (const { received } of shards) expect(received).toContain('gap')
      await writer.command(['set', key('w'), 1])
    }
    return { links, writer, heals, close: () => Promise.all(links.map((link) => link.close())) }
  }

  test('Sentinel: the master is killed', async () => {
    await using redis = await startSentinel()
    const { heals, close } = await follow(redis, 8)
    await redis.servers[0]!.kill()
    await heals()
    await close()
  })

  test('Sentinel: the master is paused, another is elected, the old master resumes', async () => {
    await using redis = await startSentinel()
    const { heals, writer, close } = await follow(redis, 8)
    const [old] = redis.servers
    old!.pause()
    const began = performance.now()
    await writer
      .command(['set', key('w'), 1])
      .catch((error: RedisUnavailable) => expect(error.kind).toBe('timeout'))
    expect(performance.now() - began).toBeLessThan(3500)
    await heals()
    old!.resume()
    // No write goes to the old master, which would discard it.
    await vi.waitFor(
      async () => expect(await old!.admin.info('replication')).toMatch(/role:slave/),
      waitOptions,
    )
    await writer.command(['set', key('kept'), 'yes'])
    await vi.waitFor(async () => {
      const values = await Promise.all(redis.servers.map(({ admin }) => admin.get(key('kept'))))
      expect(values).toEqual(['yes', 'yes', 'yes'])
    }, waitOptions)
    await close()
  })

  test('Sentinel: a planned failover', async () => {
    await using redis = await startSentinel()
    const { heals, close } = await follow(redis, 8)
    await redis.sentinels[0]!.admin.call('SENTINEL', 'FAILOVER', 'mymaster')
    const [old] = redis.servers
    await vi.waitFor(
      async () => expect(await old!.admin.info('replication')).toMatch(/role:slave/),
      waitOptions,
    )
    await heals()
    await close()
  })

  test('Cluster: the master of the channel is killed, its replica takes over', async () => {
    await using redis = await startCluster({ replicas: 1 })
    const { heals, close } = await follow(redis, 3)
    const slots = await redis.servers[0]!.admin.cluster('SLOTS')
    const slot = clusterSlot(key('run'))
    const port = slots.find(([from, to]) => from <= slot && slot <= to)![2]![1]
    await redis.servers.find((server) => server.port === port)!.kill()
    await heals()
    await close()
  })

  test('Cluster: a slot moves to another node, and its channel with it', async () => {
    await using redis = await startCluster()
    const { heals, writer, close } = await follow(redis, 3)
    const slot = clusterSlot(key('run'))
    const ids = await Promise.all(redis.servers.map(({ admin }) => admin.cluster('MYID')))
    const slots = await redis.servers[0]!.admin.cluster('SLOTS')
    const port = slots.find(([from, to]) => from <= slot && slot <= to)![2]![1]
    const from = redis.servers.findIndex((server) => server.port === port)
    const to = (from + 1) % redis.servers.length
    await writer.command(['set', key('run'), 'data'])
    await redis.servers[to]!.admin.cluster('SETSLOT', slot, 'IMPORTING', ids[from]!)
    await redis.servers[from]!.admin.cluster('SETSLOT', slot, 'MIGRATING', ids[to]!)
    const target = redis.servers[to]!.port
    await redis.servers[from]!.admin.call('MIGRATE', '127.0.0.1', target, '', 0, 2000, 'KEYS', key('run'))
    for (const index of [to, from, 3 - to - from]) {
      await redis.servers[index]!.admin.cluster('SETSLOT', slot, 'NODE', ids[to]!)
    }
    await heals()
    expect(await writer.command(['get', key('run')])).toBe('data')
    await close()
  })

  test('Sentinel: a client leaves its master when another is announced, unless it is already connected to that one', async () => {
    await using redis = await startStandalone()
    const [server] = redis.servers
    const answer = parseRedisUrl({ url: 'redis://mymaster', sentinelHosts: `127.0.0.1:${server!.port}` })
    if (!answer.ok || answer.topology.kind !== 'sentinel') throw new Error('not a sentinel topology')
    const factory = createClientFactory(answer.topology)
    const switched: RedisAddress[] = []
    // A plain server publishes the message of a sentinel: this tests only the receiver.
    const watch = watchSentinels(answer.topology, {
      connect: (address) => factory.sentinel(address),
      switched: (address) => switched.push(address),
      logger: silentLogger,
    })
    await vi.waitFor(async () => {
      await server!.admin.publish('+switch-master', 'other 127.0.0.1 1 127.0.0.1 2')
      await server!.admin.publish('+switch-master', 'mymaster 127.0.0.1 1 127.0.0.1 3')
      expect(switched.at(-1)).toEqual({ host: '127.0.0.1', port: 3 })
    }, waitOptions)
    expect(switched).not.toContainEqual({ host: '127.0.0.1', port: 2 })
    watch.close()

    const client = new Redis({ host: '127.0.0.1', port: server!.port })
    const states: string[] = []
    await vi.waitFor(() => expect(client.status).toBe('ready'), waitOptions)
    for (const state of ['close', 'ready', 'end']) client.on(state, () => states.push(state))
    leaveOldMaster(client, { host: '127.0.0.1', port: server!.port })
    await client.ping()
    expect(states).toEqual([])
    leaveOldMaster(client, { host: '127.0.0.1', port: 3 })
    await vi.waitFor(() => expect(states).toEqual(['close', 'ready']), waitOptions)
    client.disconnect()
    leaveOldMaster(client, { host: '127.0.0.1', port: 3 })
  })

  test('Cluster: if the node of the plain channels refuses connections, they move to another node', async () => {
    await using redis = await startCluster()
    const link = await connectLink(redis)
    const bus = recordMessages(link, 'plain', key('bus'))
    await bus.ready
    const channels = await Promise.all(redis.servers.map(({ admin }) => admin.pubsub('CHANNELS')))
    const full = redis.servers[channels.findIndex((list) => list.length > 0)]!
    await full.admin.config('SET', 'maxclients', 1)
    await full.admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub')
    await vi.waitFor(async () => {
      await full.admin.publish(key('bus'), 'after')
      expect(bus.received).toContain('after')
    }, waitOptions)
    await link.close()
  })

  test('Cluster: if the node of the plain channels dies without a replica, they move to another node', async () => {
    await using redis = await startCluster()
    const link = await connectLink(redis)
    const bus = recordMessages(link, 'plain', key('bus'))
    await bus.ready
    const channels = await Promise.all(redis.servers.map(({ admin }) => admin.pubsub('CHANNELS')))
    const home = channels.findIndex((list) => list.length > 0)
    await redis.servers[home]!.kill()
    const { admin } = redis.servers[(home + 1) % 3]!
    await vi.waitFor(async () => {
      await admin.publish(key('bus'), 'after')
      expect(bus.received).toContain('after')
    }, waitOptions)
    expect(bus.received[0]).toBe('gap')
    await link.close()
  })
})
