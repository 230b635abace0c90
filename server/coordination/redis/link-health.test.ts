import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { problemOf } from '../../../test/support/redis-link.ts'
import { sentenceOf } from '../../base/index.ts'
import type { Finding } from '../../base/index.ts'
import { LinkHealth } from './link-health.ts'
import { readServerInfo } from './server-info.ts'

function make() {
  const clock = { now: () => 0, monotonic: () => clock.at, at: 0 }
  const topology = { kind: 'standalone' as const, host: 'h', port: 1, database: 0, credentials: {} }
  const lines: string[] = []
  const logger = pino(
    { level: 'warn' },
    { write: (line: string) => lines.push((JSON.parse(line) as { msg: string }).msg) },
  )
  const health = new LinkHealth(topology, { clock, logger })
  const reported: boolean[] = []
  health.watch((healthy) => reported.push(healthy))
  const works = (does: boolean): void => {
    health.set('commands', does)
    health.set('subscriber', does)
  }
  return { clock, health, reported, works, lines }
}

const besides: Finding = { code: 'c', about: 'a', severity: 'warning', problem: 'b', cure: '' }

describe('health of a link', () => {
  test('the link is healthy if commands and subscriptions work; each change is reported once', () => {
    const { health, reported } = make()
    expect(problemOf(health)).toMatch(/not connected yet/)
    health.set('commands', true)
    expect([health.healthy, reported]).toEqual([false, []])
    health.set('subscriber', true)
    health.set('subscriber', true)
    expect([health.healthy, reported, problemOf(health)]).toEqual([true, [true], undefined])
    health.set('commands', false)
    expect(reported).toEqual([true, false])
  })

  test('a connection problem ends when the link is healthy, and any other when it was not seen for a while', () => {
    const { health, works, clock } = make()
    health.failed(new Error('NOAUTH Authentication required.'))
    clock.at = 60_000
    expect(problemOf(health)).toMatch(/asks for a password/)
    works(true)
    expect(problemOf(health)).toBeUndefined()
    health.failed(new Error('OOM command not allowed'))
    expect(problemOf(health)).toMatch(/is full/)
    clock.at += 10_001
    expect(problemOf(health)).toBeUndefined()
  })

  test('"connection lost" does not replace its cause', () => {
    const { health, clock } = make()
    health.failed(new Error('WRONGPASS invalid username-password pair'))
    clock.at = 1000
    health.failed(new Error('Connection is closed.'))
    expect(problemOf(health)).toMatch(/refuses the user or password/)
  })

  test('the hint about TLS is given only if the server has never replied', () => {
    const { health, works } = make()
    health.failed(new Error('Connection is closed.'))
    expect(problemOf(health)).toMatch(/if it wants TLS, write rediss:/)
    works(true)
    works(false)
    health.failed(new Error('Connection is closed.'))
    expect(problemOf(health)).not.toMatch(/TLS/)
  })

  test.each([
    ['6.2.14', false],
    ['7.0.0', true],
    ['8.2.1', true],
  ])('version %s: %s', (version, good) => {
    const { health, works } = make()
    works(true)
    health.evaluate([readServerInfo(`# Server\r\nredis_version:${version}\r\n`)], undefined, [])
    expect(health.healthy).toBe(good)
    expect(problemOf(health) ?? '').toMatch(good ? /^$/ : /is version 6\.2\.14: Shoal needs 7\.0/)
  })

  test('the link is not healthy before a new server has described itself', () => {
    const { health, works, reported } = make()
    health.beginQuery()
    works(true)
    expect(health.healthy).toBe(false)
    health.endQuery()
    expect([health.healthy, reported]).toEqual([true, [true]])
  })

  test('a warning is logged when it is new, and ends with its cause', () => {
    const { health, lines } = make()
    const full = readServerInfo('maxmemory:0\r\nmaxmemory_policy:allkeys-lru\r\n')
    health.evaluate([full, full], undefined, [besides])
    health.evaluate([full], undefined, [besides])
    expect(health.warnings()).toHaveLength(3)
    expect(lines).toEqual(health.warnings().map(sentenceOf))
    expect(problemOf(health)).toMatch(/not connected yet/)
    health.evaluate([readServerInfo('maxmemory:9\r\nmaxmemory_policy:noeviction\r\n')], undefined, [])
    expect(health.warnings()).toEqual([])
  })
})
