import { inspect } from 'node:util'
import { pino } from 'pino'
import { describe, expect, test, vi } from 'vitest'
import { recordMessages, key, spublish } from '../../../test/support/redis-channels.ts'
import {
  connectLink,
  linkBecomes,
  makeLink,
  problemOf,
  testPrefix,
} from '../../../test/support/redis-link.ts'
import {
  startCluster,
  startMutualTls,
  startStandalone,
  startTls,
  startWithAclUser,
  startWithPassword,
} from '../../../test/support/redis-server.ts'
import { sentenceOf } from '../../base/index.ts'
import type { RedisLink } from './redis-link.ts'

const waitOptions = { timeout: 20_000, interval: 20 }

describe.concurrent('each problem is reported in one sentence with a cure', () => {
  const says = async (link: RedisLink, sentence: RegExp): Promise<void> => {
    await vi.waitFor(() => expect(problemOf(link)).toMatch(sentence), waitOptions)
    expect(link.healthy()).toBe(false)
    await link.close()
  }

  test('a missing or wrong password, which the sentence does not reveal', async () => {
    await using redis = await startWithPassword()
    const { port } = redis.servers[0]!
    await says(
      makeLink({ url: `redis://127.0.0.1:${port}` }),
      /asks for a password: write redis:\/\/:password@host/,
    )
    const lines: string[] = []
    const logger = pino({ level: 'debug' }, { write: (line: string) => lines.push(line) })
    const wrong = makeLink({ url: `redis://:geheim@127.0.0.1:${port}` }, { logger })
    await says(wrong, /^(?!.*geheim).*refuses the user or password/)
    expect(lines.join('')).toMatch(/refuses the user or password/)
    expect(lines.join('')).not.toMatch(/geheim/)
    const link = await connectLink(redis)
    const failed = await link.command(['incr', key('n'), 'secret']).catch((error: Error) => error)
    expect(inspect(failed, { depth: 9 })).not.toMatch(/secret/)
    await link.close()
  })

  test('TLS: unknown authority, another host name, and TLS on one side only', async () => {
    await using redis = await startTls()
    const { port } = redis.servers[0]!
    await says(makeLink({ url: `rediss://localhost:${port}` }), /not trusted .*REDIS_TLS_CA_FILE/)
    const ca = new URL(redis.variables.url).searchParams.get('ssl_ca_certs')!
    await says(makeLink({ url: `rediss://127.0.0.1:${port}?ssl_ca_certs=${ca}` }), /is for another name/)
    await says(makeLink({ url: `redis://127.0.0.1:${port}` }), /if it wants TLS, write rediss:/)
    await using plain = await startStandalone()
    await says(
      makeLink({ url: `rediss://127.0.0.1:${plain.servers[0]!.port}` }),
      /if it does not speak TLS, write redis:/,
    )
    const unchecked = makeLink({ url: `rediss://localhost:${port}?ssl_cert_reqs=none` })
    await linkBecomes(unchecked, true)
    await unchecked.close()
    const given = makeLink({ url: `rediss://localhost:${port}` }, { tls: { caFile: ca } })
    await linkBecomes(given, true)
    await given.close()
    expect(() => makeLink({ url: 'rediss://h' }, { tls: { caFile: '/no/such/file' } })).toThrow(
      /\/no\/such\/file.*cannot be read/,
    )
  })

  test('TLS with client certificates: a valid one, none, and one of another authority', async () => {
    await using redis = await startMutualTls()
    await using other = await startMutualTls()
    const link = await connectLink(redis)
    await link.command(['set', key('mutual'), 1])
    await link.close()
    const [url, theirs] = [redis, other].map((it) => new URL(it.variables.url)) as [URL, URL]
    const [cert, certKey] = ['ssl_certfile', 'ssl_keyfile']
    for (const name of [cert, certKey]) url.searchParams.delete(name)
    await says(
      makeLink({ url: url.href }),
      /asks for a client certificate: set REDIS_TLS_CERT_FILE and REDIS_TLS_KEY_FILE/,
    )
    for (const name of [cert, certKey]) url.searchParams.set(name, theirs.searchParams.get(name) ?? '')
    await says(makeLink({ url: url.href }), /does not trust the certificate in REDIS_TLS_CERT_FILE/)
  })

  test('an unknown host, and an unreachable sentinel', async () => {
    await says(makeLink({ url: 'redis://no-such-host.invalid' }), /cannot be resolved/)
    await says(
      makeLink({ url: 'redis://m', sentinelHosts: '127.0.0.1:1' }),
      /sentinel.*REDIS_SENTINEL_HOSTS|nothing listens/,
    )
  })

  test('a Cluster without REDIS_CLUSTER is used as a Cluster, with a warning', async () => {
    await using cluster = await startCluster()
    const link = makeLink({ url: `redis://127.0.0.1:${cluster.servers[0]!.port}/3` })
    const early = [recordMessages(link, 'plain', key('early')), recordMessages(link, 'sharded', key('early'))]
    await linkBecomes(link, true)
    const names = Array.from({ length: 20 }, (_, index) => key(`n${index}`))
    await Promise.all(names.map((name) => link.command(['set', name, name])))
    expect(await Promise.all(names.map((name) => link.command(['get', name])))).toEqual(names)
    const holding = await Promise.all(cluster.servers.map(({ admin }) => admin.dbsize()))
    expect(holding.every((keys) => keys > 0)).toBe(true)

    const late = names.map((name) => recordMessages(link, 'sharded', name))
    await Promise.all([...early, ...late].map(({ ready }) => ready))
    await vi.waitFor(async () => {
      await link.publish(key('early'), 'bus')
      await spublish(link, key('early'), 'shard')
      for (const name of names) await spublish(link, name, name)
      expect(early.map(({ received }) => received.at(-1))).toEqual(['bus', 'shard'])
      expect(late.map(({ received }) => received.at(-1))).toEqual(names)
    }, waitOptions)
    expect(problemOf(link)).toBeUndefined()
    expect(link.warnings().map(sentenceOf)[0]).toMatch(
      /is a Cluster and is used as such, without the database number 3, .*: set REDIS_CLUSTER=true$/,
    )
    await link.close()
  })

  test('without the right to INFO, the first key on another node shows that the server is a Cluster', async () => {
    await using cluster = await startCluster()
    for (const { admin } of cluster.servers) await admin.call('ACL', 'SETUSER', 'default', '-info')
    const link = makeLink({ url: `redis://127.0.0.1:${cluster.servers[0]!.port}` })
    await vi.waitFor(async () => {
      for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await link.command(['set', key(name), name])
    }, waitOptions)
    expect(link.warnings().map(sentenceOf)).toEqual([
      expect.stringMatching(/is a Cluster and is used as such: set REDIS_CLUSTER/),
    ])
    expect(problemOf(link)).toMatch(/lacks a right .*info/)
    await link.close()
  })

  test('REDIS_CLUSTER with a server that is not a Cluster', async () => {
    await using plain = await startStandalone()
    await says(makeLink({ ...plain.variables, cluster: true }), /not a Cluster: unset REDIS_CLUSTER/)
  })

  test('a missing right does not make the link unhealthy', async () => {
    await using redis = await startWithAclUser(testPrefix)
    const link = await connectLink(redis)
    const subscription = recordMessages(link, 'plain', 'foreign:channel')
    await subscription.ready
    await vi.waitFor(() => expect(problemOf(link)).toMatch(/lacks a right/), waitOptions)
    await expect(link.command(['get', 'foreign'])).rejects.toMatchObject({ kind: 'refused' })
    expect(link.healthy()).toBe(true)
    await link.close()
  })
})
