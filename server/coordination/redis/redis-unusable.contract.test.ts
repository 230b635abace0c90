import { pino } from 'pino'
import { describe, expect, test, vi } from 'vitest'
import type { TestContext } from 'vitest'
import { freePort } from '../../../test/support/free-port.ts'
import { key } from '../../../test/support/redis-channels.ts'
import { connectLink, linkBecomes, makeLink, problemOf } from '../../../test/support/redis-link.ts'
import { RedisProcess } from '../../../test/support/redis-process.ts'
import { startCluster, startStandalone } from '../../../test/support/redis-server.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { sleep, systemClock } from '../../base/index.ts'
import type { RedisLink } from './redis-link.ts'

const waitOptions = { timeout: 20_000, interval: 20 }
const password = 'geheim'

type Finish = TestContext['onTestFinished']

async function serve(
  finish: Finish,
  config: string[],
  more: { sentinel?: boolean; client?: object } = {},
): Promise<RedisProcess> {
  const folder = await temporaryFolder('redis-useless')
  const made = new RedisProcess({ folder: folder.path, port: await freePort(), config, ...more })
  finish(async () => {
    await made.stop()
    await folder.remove()
  })
  await made.start()
  return made
}

/** Runs ten times as fast, so that a wait of 15 s takes 1.5 s. */
const clock = { ...systemClock, monotonic: () => performance.now() * 10 }

function closed(finish: Finish, link: RedisLink): RedisLink {
  finish(() => link.close())
  return link
}

describe.concurrent('a server that replies but is unusable', () => {
  test('O7: a replica in REDIS_URL causes one log line with the cure, and is used when it becomes the master', async ({
    onTestFinished: finish,
  }) => {
    await using master = await startStandalone()
    const replica = await serve(finish, [`replicaof 127.0.0.1 ${master.servers[0]!.port}`])
    const lines: string[] = []
    const logger = pino({ level: 'info' }, { write: (line: string) => lines.push(line) })
    const link = closed(finish, makeLink({ url: `redis://127.0.0.1:${replica.port}` }, { logger }))
    await vi.waitFor(
      () =>
        expect(problemOf(link)).toMatch(
          /is a replica.*: name the master in REDIS_URL, or use REDIS_SENTINEL_HOSTS/,
        ),
      waitOptions,
    )
    // Attempts to write do not change that.
    const end = performance.now() + 3000
    while (performance.now() < end) {
      await link.command(['set', key('a'), 'b']).catch(() => {})
      expect(link.healthy()).toBe(false)
      await sleep(20)
    }
    expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
      expect.stringMatching(/is a replica/),
    ])
    await replica.admin.call('REPLICAOF', 'NO', 'ONE')
    await linkBecomes(link, true)
    await link.command(['set', key('a'), 'b'])
    expect(problemOf(link)).toBeUndefined()
  })

  test('B1: if a connected master becomes a replica, the link is not healthy until it is a master again', async ({
    onTestFinished: finish,
  }) => {
    await using redis = await startStandalone()
    const { admin } = redis.servers[0]!
    const link = closed(finish, await connectLink(redis))
    await admin.call('REPLICAOF', '127.0.0.1', '1')
    await expect(link.command(['set', key('a'), 'b'])).rejects.toThrow(/READONLY|writeable|closed/)
    expect(link.healthy()).toBe(false)
    await sleep(1500)
    expect(link.healthy()).toBe(false)
    await admin.call('REPLICAOF', 'NO', 'ONE')
    await linkBecomes(link, true)
    await link.command(['set', key('a'), 'b'])
  })

  test('B1: without the right to query the role, the link is unhealthy while writes are refused', async ({
    onTestFinished: finish,
  }) => {
    await using redis = await startStandalone()
    const { admin } = redis.servers[0]!
    await admin.call('ACL', 'SETUSER', 'default', '-info')
    const link = closed(finish, await connectLink(redis, { clock }))
    await admin.call('REPLICAOF', '127.0.0.1', '1')
    await link.command(['set', key('a'), 'b']).catch(() => {})
    expect(link.healthy()).toBe(false)
    await admin.call('REPLICAOF', 'NO', 'ONE')
    await linkBecomes(link, true)
  })

  test('B1: a connection that has lost its authentication is replaced', async ({
    onTestFinished: finish,
  }) => {
    const server = await serve(finish, [`requirepass ${password}`], { client: { password } })
    const link = closed(finish, makeLink({ url: `redis://:${password}@127.0.0.1:${server.port}` }, { clock }))
    await linkBecomes(link, true)
    await link.command(['reset']).catch(() => {})
    await linkBecomes(link, false)
    await linkBecomes(link, true)
    await link.command(['set', key('a'), 'b'])
  })
})

describe.concurrent('sentinels with a password', () => {
  async function sentinels(
    finish: Finish,
    own: string | undefined,
  ): Promise<{ url: string; open: string; sentinelHosts: string }> {
    const master = await serve(finish, [`requirepass ${password}`], { client: { password } })
    const sentinel = await serve(
      finish,
      [
        `sentinel monitor mymaster 127.0.0.1 ${master.port} 1`,
        `sentinel auth-pass mymaster ${password}`,
        ...(own === undefined ? [] : [`requirepass ${own}`]),
      ],
      { sentinel: true, client: own === undefined ? {} : { password: own } },
    )
    return {
      url: `redis://:${password}@mymaster`,
      open: 'redis://mymaster',
      sentinelHosts: `127.0.0.1:${sentinel.port}`,
    }
  }

  test('O9: the password in REDIS_URL is used for sentinels with and without a password', async ({
    onTestFinished: finish,
  }) => {
    for (const own of [password, undefined]) {
      const { url, sentinelHosts } = await sentinels(finish, own)
      await closed(finish, await connectLink({ variables: { url, sentinelHosts } })).command([
        'set',
        key('a'),
        'b',
      ])
    }
  })

  test('O9: if the sentinels refuse it, the cure names REDIS_SENTINEL_PASSWORD', async ({
    onTestFinished: finish,
  }) => {
    const { url, open, sentinelHosts } = await sentinels(finish, 'another')
    for (const [link, sentence] of [
      [makeLink({ url: open, sentinelHosts }), /ask for a password: set REDIS_SENTINEL_PASSWORD/],
      [makeLink({ url, sentinelHosts }), /refuse the user or password: set REDIS_SENTINEL_PASSWORD/],
    ] as const) {
      await vi.waitFor(() => expect(problemOf(closed(finish, link))).toMatch(sentence), waitOptions)
      expect(problemOf(link)).not.toContain(password)
    }
    const link = closed(
      finish,
      await connectLink({ variables: { url, sentinelHosts, sentinelPassword: 'another' } }),
    )
    await link.command(['set', key('a'), 'b'])
  })
})

test('O11: only the Cluster node whose name cannot be resolved is reported, and the others are used', async () => {
  await using cluster = await startCluster()
  const logged: string[] = []
  const write = (line: string): void => void logged.push((JSON.parse(line) as { msg: string }).msg)
  const url = `redis://gone.invalid:7000,127.0.0.1:${cluster.servers[0]!.port}`
  // The client chooses the first node at random.
  for (let tries = 0; tries < 20 && !logged.some((line) => line.includes('cannot be resolved')); tries++) {
    const link = makeLink({ url, cluster: true }, { logger: pino({ level: 'info' }, { write }) })
    await linkBecomes(link, true)
    await link.command(['set', key('a'), 'b'])
    await link.close()
  }
  expect(logged.filter((line) => /cannot be resolved|was lost/.test(line))).toEqual([
    'the host name of Redis at gone.invalid:7000 cannot be resolved: correct it in REDIS_URL',
  ])
})
