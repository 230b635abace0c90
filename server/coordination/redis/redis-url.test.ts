import { describe, expect, test } from 'vitest'
import type { RedisVariables } from './redis-url.ts'
import { parseRedisUrl } from './redis-url.ts'

const read = (url: string, more: Omit<RedisVariables, 'url'> = {}) => {
  const answer = parseRedisUrl({ url, ...more })
  if (!answer.ok) throw new Error(`${answer.variable}: ${answer.problem}; ${answer.cure}`)
  return answer.topology
}
const refuse = (url: string, more: Omit<RedisVariables, 'url'> = {}) => {
  const answer = parseRedisUrl({ url, ...more })
  if (answer.ok) throw new Error(`accepted: ${JSON.stringify(answer.topology)}`)
  return answer
}

describe('standalone', () => {
  test.each([
    ['redis://redis-server:6379', { host: 'redis-server', port: 6379, database: 0, credentials: {} }],
    ['redis://redis-server', { host: 'redis-server', port: 6379 }],
    ['redis://:pass@h:7000/3', { port: 7000, database: 3, credentials: { password: 'pass' } }],
    ['redis://user:pass@h', { credentials: { username: 'user', password: 'pass' } }],
    ['redis://u:p%40%2F%23%25%3A@h', { credentials: { username: 'u', password: 'p@/#%:' } }],
    ['redis://u:a:b,c@h', { credentials: { username: 'u', password: 'a:b,c' } }],
    ['redis://:@h', { credentials: {} }],
    ['redis://[::1]:6380', { host: '::1', port: 6380 }],
    ['REDIS://h?db=2', { database: 2 }],
    ['  redis://h/ ', { host: 'h', database: 0 }],
    ['rediss://h:6380', { tls: { check: true } }],
    ['rediss://h?ssl_cert_reqs=none&ssl_ca_certs=/ca.pem', { tls: { check: false, caFile: '/ca.pem' } }],
  ])('%s', (url, expected) => {
    expect(read(url)).toMatchObject({ kind: 'standalone', ...expected })
  })

  test('no TLS without rediss', () => {
    expect(read('redis://h')).not.toHaveProperty('tls')
  })
})

describe('cluster', () => {
  const nodes = [
    { host: 'node1', port: 6379 },
    { host: 'node2', port: 6380 },
  ]
  test.each([
    'redis://node1:6379,node2:6380',
    'redis://node1, node2:6380',
    'redis://node1:6379,redis://node2:6380',
    'redis://node1:6379,node2:6380/0',
  ])('%s', (url) => {
    expect(read(url, { cluster: true })).toMatchObject({ kind: 'cluster', nodes, credentials: {} })
  })

  test.each([
    'redis://u:p@node1:6379,node2:6380',
    'redis://u:p@node1,redis://u:p@node2:6380',
    'redis://u:p@node1,u:p@node2:6380',
  ])('credentials: %s', (url) => {
    expect(read(url, { cluster: true })).toMatchObject({
      nodes,
      credentials: { username: 'u', password: 'p' },
    })
  })

  test('one node is enough', () => {
    expect(read('rediss://u:p@cfg.example', { cluster: true })).toMatchObject({
      kind: 'cluster',
      nodes: [{ host: 'cfg.example', port: 6379 }],
      tls: { check: true },
    })
  })
})

describe('sentinel', () => {
  test('sentinel hosts with and without a port, as in the guide', () => {
    expect(
      read('redis://:pw@mymaster/1', { sentinelHosts: 's1:26380, s2,[::1]:1', sentinelPort: 26_400 }),
    ).toEqual({
      kind: 'sentinel',
      master: 'mymaster',
      database: 1,
      credentials: { password: 'pw' },
      sentinelCredentials: {},
      sentinels: [
        { host: 's1', port: 26_380 },
        { host: 's2', port: 26_400 },
        { host: '::1', port: 1 },
      ],
    })
  })

  test('a port after the name of the master is ignored; sentinels have their own credentials', () => {
    const more = { sentinelHosts: 's1', sentinelUsername: 'u', sentinelPassword: 'p' }
    expect(read('redis://mymaster:6379', more)).toMatchObject({
      master: 'mymaster',
      credentials: {},
      sentinelCredentials: { username: 'u', password: 'p' },
      sentinels: [{ host: 's1', port: 26_379 }],
    })
  })

  test('an empty list of sentinels is the same as no list', () => {
    expect(read('redis://h', { sentinelHosts: ' ' })).toMatchObject({ kind: 'standalone' })
  })
})

describe('a refusal names the variable and the cure, but never the password', () => {
  test.each<[string, Omit<RedisVariables, 'url'>, RegExp, string]>([
    ['redis://:se@cret@h', {}, /unescaped "@".*%40/, 'REDIS_URL'],
    ['redis://:se/cret@h', {}, /unescaped "\/".*%2F/, 'REDIS_URL'],
    ['redis://:se#cret@h', {}, /unescaped "#".*%23/, 'REDIS_URL'],
    ['redis://h/0#x', {}, /unescaped "#"/, 'REDIS_URL'],
    ['redis://:se%cret@h', {}, /"%" that is not escaped.*%25/, 'REDIS_URL'],
    ['redis://a,b', {}, /several nodes.*REDIS_CLUSTER=true/, 'REDIS_URL'],
    ['redis://a', { cluster: true, sentinelHosts: 's' }, /no sentinels/, 'REDIS_CLUSTER'],
    ['redis://a/1', { cluster: true }, /only database 0/, 'REDIS_URL'],
    ['redis://a?db=1', { cluster: true }, /only database 0/, 'REDIS_URL'],
    ['redis://a,b', { sentinelHosts: 's' }, /names the master/, 'REDIS_URL'],
    ['http://h', {}, /starts with http:\/\/.*redis:\/\//, 'REDIS_URL'],
    ['unix:///x.sock', {}, /starts with unix/, 'REDIS_URL'],
    ['h:6379', {}, /does not start with/, 'REDIS_URL'],
    ['redis://', {}, /names no host/, 'REDIS_URL'],
    ['redis://h:0', {}, /"h:0"/, 'REDIS_URL'],
    ['redis://h:99999', {}, /not a host or host:port/, 'REDIS_URL'],
    ['redis://secret@h', {}, /user without a password/, 'REDIS_URL'],
    ['redis://h/abc', {}, /not a database number/, 'REDIS_URL'],
    ['redis://h?timeout=3', {}, /"timeout"/, 'REDIS_URL'],
    ['redis://m', { sentinelHosts: 's1:x' }, /"s1:x"/, 'REDIS_SENTINEL_HOSTS'],
    ['redis://u:secret@a,redis://u:other@b', { cluster: true }, /different credentials/, 'REDIS_URL'],
    ['redis://a,rediss://b', { cluster: true }, /different credentials or schemes/, 'REDIS_URL'],
  ])('%s %j', (url, more, text, variable) => {
    const answer = refuse(url, more)
    expect(answer.variable).toBe(variable)
    expect(`${answer.problem}; ${answer.cure}`).toMatch(text)
    expect(`${answer.problem} ${answer.cure}`).not.toMatch(/secret|se.?cret|other/)
  })
})

test('B8: parameters of redis-py that have no effect in Shoal are ignored with a note', () => {
  const url =
    'redis://h/2?health_check_interval=30&socket_timeout=5&protocol=3&max_connections=50&username=u&password=p'
  expect(parseRedisUrl({ url })).toEqual({
    ok: true,
    topology: {
      kind: 'standalone',
      host: 'h',
      port: 6379,
      database: 2,
      credentials: { username: 'u', password: 'p' },
    },
    notes: ['health_check_interval', 'socket_timeout', 'protocol', 'max_connections'].map(
      (name) => `its parameter "${name}" is ignored`,
    ),
  })
})
