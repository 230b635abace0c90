import { afterEach, describe, expect, test, vi } from 'vitest'
import { MemoryHeartbeats } from '../../../test/support/memory-heartbeats.ts'
import { silentLogger, systemClock } from '../../base/index.ts'
import { createMemoryHub } from '../../../test/support/memory-hub.ts'
import { AcknowledgedBeat } from './acknowledged-beat.ts'
import { ClaimRecord } from './claim-record.ts'
import { createStoreMembership } from './fleet-membership.ts'
import { decodeMember, encodeFacts } from './member-facts.ts'
import { someFacts } from './membership.contract.ts'
import type { Membership } from './membership.ts'
import { lease } from './membership.ts'

const waitOptions = { timeout: 10_000, interval: 10 }
let joined: Membership[] = []
afterEach(async () => {
  await Promise.all(joined.map((member) => member.leave()))
  joined = []
})

/** A clock whose wall time can jump, as on a machine that was suspended. */
function movedClock() {
  const clock = {
    ahead: 0,
    now: () => systemClock.now() + clock.ahead,
    monotonic: () => systemClock.monotonic(),
  }
  return clock
}

describe('membership', () => {
  test('after a pause, no incarnation is judged dead before the next heartbeat', async () => {
    const clock = movedClock()
    const hub = createMemoryHub({ clock })
    const member = hub.membership({ self: 'a', facts: someFacts })
    joined.push(member)
    await member.join()
    await vi.waitFor(() => expect(member.verdict('x')).toBe('dead'), waitOptions)
    clock.ahead = 60_000
    expect(member.sinceAcknowledged()).toBeGreaterThanOrEqual(60_000)
    expect(member.verdict('x')).toBe('unknown')
    await vi.waitFor(() => expect(member.sinceAcknowledged()).toBeLessThan(lease), waitOptions)
  })

  test('the age of a heartbeat counts from when it was sent, by the clock that moved more', () => {
    const clock = { wall: 1000, mono: 0, now: () => clock.wall, monotonic: () => clock.mono }
    const beat = new AcknowledgedBeat(clock)
    expect(beat.age()).toBe(Number.POSITIVE_INFINITY)
    const sent = beat.currentMoment()
    clock.mono = 300
    clock.wall = 1200
    beat.acknowledge(sent)
    expect(beat.age()).toBe(300)
    clock.wall = 9000
    expect(beat.age()).toBe(8000)
    clock.wall = 0
    expect(beat.age()).toBe(300)
    const later = beat.currentMoment()
    beat.acknowledge(later)
    beat.acknowledge(sent)
    expect(beat.age()).toBe(0)
  })

  test('without any heartbeat in the store, other incarnations are unknown and the own one is alive', async () => {
    const heartbeats = new MemoryHeartbeats()
    heartbeats.fail('a')
    const member = createStoreMembership({
      self: 'a',
      facts: someFacts,
      store: heartbeats.port(),
      clock: systemClock,
      logger: silentLogger,
    })
    joined.push(member)
    await member.join()
    expect([member.verdict('a'), member.verdict('x')]).toEqual(['alive', 'unknown'])
    expect(member.members().map(({ incarnation }) => incarnation)).toEqual(['a'])
    expect(member.sinceAcknowledged()).toBe(Number.POSITIVE_INFINITY)
    expect(member.redisHealthy()).toBe(false)
  })

  test('a slow earlier heartbeat does not replace facts that beatInStore wrote', async () => {
    const rows: boolean[] = []
    let slow: (() => void) | undefined
    const member = createStoreMembership({
      self: 'a',
      facts: someFacts,
      store: {
        async beat(incarnation, facts) {
          if (rows.length > 0 && !slow) await new Promise<void>((resolve) => (slow = resolve))
          rows.push(facts.claiming)
          return [{ incarnation, ...facts }]
        },
        leave: async () => {},
      },
      clock: systemClock,
      logger: silentLogger,
    })
    joined.push(member)
    await member.join()
    await vi.waitFor(() => expect(slow).toBeDefined(), waitOptions)
    const written = new ClaimRecord(member, { recent: async () => [] }).recordClaiming(true)
    slow!()
    await written
    expect(rows).toEqual([false, false, true])
  })

  test('deaths soon after a claim are counted by label, without live members', async () => {
    const hub = createMemoryHub()
    const member = hub.membership({ self: 'a', facts: { ...someFacts, label: 'mine' } })
    joined.push(member)
    await member.join()
    const row = (incarnation: string, label: string, claiming: boolean) => {
      return { ...someFacts, incarnation, label, claiming }
    }
    const rows = [
      row('a', 'mine', true),
      row('b', 'mine', true),
      row('c', 'mine', false),
      row('d', 'other', true),
    ]
    const unused = { update: () => {}, beatInStore: async () => {} }
    const record = new ClaimRecord(
      { self: 'a', members: () => member.members(), ...unused },
      { recent: async () => rows },
    )
    expect(await record.countDeaths()).toBe(1)
  })

  test('after one failed heartbeat in Redis, the store receives one at once', async () => {
    const hub = createMemoryHub()
    const heartbeats = new MemoryHeartbeats()
    // Eight members: by chance, a regular heartbeat may hide that an immediate one is missing, but not for all of them.
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
    const late: string[] = []
    for (const self of names) {
      const member = hub.membership({ self, facts: someFacts, store: heartbeats.port() })
      joined.push(member)
      member.watch({
        link: (healthy) => {
          // The heartbeat in the store starts in the same turn in which the failure is known.
          if (!healthy) setTimeout(() => !heartbeats.beats.has(self) && late.push(self), 100)
        },
      })
      await member.join()
    }
    await vi.waitFor(
      () => expect(joined.map((member) => member.members().length)).toEqual(names.map(() => 8)),
      waitOptions,
    )
    heartbeats.beats.clear()
    for (const self of names) hub.cut(self)
    await vi.waitFor(() => expect(heartbeats.beats.size).toBe(8), waitOptions)
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(late).toEqual([])
  })

  test('if a watcher throws, the others are still notified; a removed watcher is not', async () => {
    const hub = createMemoryHub()
    const [a, b] = ['a', 'b'].map((self) => hub.membership({ self, facts: someFacts }))
    joined.push(a!)
    const received: string[] = []
    a!.watch({
      changed: () => {
        throw new Error('bug')
      },
    })
    a!.watch({ changed: (members) => received.push(members.map(({ incarnation }) => incarnation).join()) })
    const stop = a!.watch({ changed: () => received.push('stopped') })
    stop()
    await a!.join()
    await b!.join()
    await vi.waitFor(() => expect(received).toContain('a,b'), waitOptions)
    await b!.leave()
    await vi.waitFor(() => expect(received.at(-1)).toBe('a'), waitOptions)
    expect(received).not.toContain('stopped')
  })

  test('facts of another version are read as far as this version knows them', () => {
    expect(decodeMember('i', encodeFacts(someFacts))).toEqual({ incarnation: 'i', ...someFacts })
    const odd = decodeMember('i', '{"label":"x","state":"sleeping","runs":"many","new":1}')
    expect(odd).toMatchObject({ incarnation: 'i', label: 'x', state: 'running', runs: 0, version: '?' })
    for (const json of [undefined, '', 'null', '[1]', '{']) {
      expect(decodeMember('i', json)).toMatchObject({ incarnation: 'i', label: '?' })
    }
  })
})
