import { describe, expect, test } from 'vitest'
import { sentenceOf } from '../../base/index.ts'
import { adviceFor, readServerInfo } from './server-info.ts'

const good = `# Server
redis_version:7.0.15
redis_mode:standalone
uptime_in_seconds:90000
# Memory
maxmemory:2147483648
maxmemory_policy:noeviction
# Persistence
rdb_saves:0
aof_enabled:1
# Cluster
cluster_enabled:0
`.replaceAll('\n', '\r\n')

const advice = (change: [from: string, to: string][], save?: string): string[] =>
  adviceFor(
    readServerInfo(change.reduce((text, [from, to]) => text.replace(from, to), good)),
    'h:1',
    save,
  ).map(sentenceOf)

describe('the description of a server', () => {
  test('every field is read, and a missing field is omitted', () => {
    expect(readServerInfo(good)).toEqual({
      version: '7.0.15',
      cluster: false,
      maxmemory: 2_147_483_648,
      maxmemoryPolicy: 'noeviction',
      appendOnly: true,
      snapshots: 0,
      uptimeSeconds: 90_000,
    })
    expect(readServerInfo('')).toEqual({ cluster: false })
  })

  test.each(['cluster_enabled:1', 'redis_mode:cluster'])('%s is a Cluster', (line) => {
    expect(readServerInfo(`${line}\r\n`).cluster).toBe(true)
  })
})

describe('advice', () => {
  test('no advice for a server as deploy/redis configures it, or without any information', () => {
    expect(advice([])).toEqual([])
    expect(adviceFor(readServerInfo(''), 'h:1', undefined)).toEqual([])
  })

  test('there is one sentence for each problem', () => {
    expect(advice([['noeviction', 'allkeys-lru']])).toEqual([
      expect.stringMatching(/^Redis at h:1 .*allkeys-lru/),
    ])
    expect(advice([['noeviction', 'volatile-lru']])).toEqual([])
    expect(advice([['maxmemory:2147483648', 'maxmemory:0']])).toEqual([expect.stringMatching(/no maxmemory/)])
  })

  test('missing persistence is detected by CONFIG GET or, without that right, by an hour without a snapshot', () => {
    const off: [string, string] = ['aof_enabled:1', 'aof_enabled:0']
    const warned = [expect.stringMatching(/loses all data when it restarts/)]
    expect(advice([off], '')).toEqual(warned)
    expect(advice([off], '3600 1 300 100')).toEqual([])
    expect(advice([off])).toEqual(warned)
    expect(advice([off, ['rdb_saves:0', 'rdb_saves:3']])).toEqual([])
    expect(advice([off, ['uptime_in_seconds:90000', 'uptime_in_seconds:600']])).toEqual([])
  })
})
