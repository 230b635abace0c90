import { describe, expect, test } from 'vitest'
import { silentLogger } from '../../base/index.ts'
import { LinkHealth } from './link-health.ts'

function make() {
  const clock = { now: () => 0, monotonic: () => clock.at, at: 0 }
  const topology = { kind: 'standalone' as const, host: 'h', port: 1, database: 0, credentials: {} }
  const health = new LinkHealth(topology, { clock, logger: silentLogger })
  const told: boolean[] = []
  health.watch((healthy) => told.push(healthy))
  const works = (does: boolean): void => {
    health.set('commands', does)
    health.set('subscriber', does)
  }
  return { clock, health, told, works }
}

describe('health of a link', () => {
  test('both halves have to work; each change is told once', () => {
    const { health, told } = make()
    expect(health.problem()).toMatch(/not connected yet/)
    health.set('commands', true)
    expect([health.healthy, told]).toEqual([false, []])
    health.set('subscriber', true)
    health.set('subscriber', true)
    expect([health.healthy, told, health.problem()]).toEqual([true, [true], undefined])
    health.set('commands', false)
    expect(told).toEqual([true, false])
  })

  test('a problem of the connection ends with it, another when it was not seen for a while', () => {
    const { health, works, clock } = make()
    health.failed(new Error('NOAUTH Authentication required.'))
    clock.at = 60_000
    expect(health.problem()).toMatch(/asks for a password/)
    works(true)
    expect(health.problem()).toBeUndefined()
    health.failed(new Error('OOM command not allowed'))
    expect(health.problem()).toMatch(/is full/)
    clock.at += 10_001
    expect(health.problem()).toBeUndefined()
  })

  test('that the connection was lost does not hide why', () => {
    const { health, clock } = make()
    health.failed(new Error('WRONGPASS invalid username-password pair'))
    clock.at = 1000
    health.failed(new Error('Connection is closed.'))
    expect(health.problem()).toMatch(/refuses the user or password/)
  })

  test('only a server that never answered may be one of the other kind', () => {
    const { health, works } = make()
    health.failed(new Error('Connection is closed.'))
    expect(health.problem()).toMatch(/if it wants TLS, write rediss:/)
    works(true)
    works(false)
    health.failed(new Error('Connection is closed.'))
    expect(health.problem()).not.toMatch(/TLS/)
  })

  test.each([
    ['6.2.14', false],
    ['7.0.0', true],
    ['8.2.1', true],
  ])('version %s: %s', async (version, good) => {
    const { health, works } = make()
    works(true)
    await health.meet({ call: () => Promise.resolve(`# Server\r\nredis_version:${version}\r\n`) })
    expect(health.healthy).toBe(good)
    expect(health.problem() ?? '').toMatch(good ? /^$/ : /is version 6\.2\.14: Shoal needs 7\.0/)
  })

  test('without the right to INFO the version stays unknown, and the missing right is said', async () => {
    const { health, works } = make()
    works(true)
    await health.meet({
      call: () => Promise.reject(new Error("NOPERM no permissions to run the 'info' command")),
    })
    expect(health.healthy).toBe(true)
    expect(health.problem()).toMatch(/lacks a right .*info/)
  })
})
