import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { MemberFacts, Membership } from './membership.ts'
import { lease } from './membership.ts'

/** Creates the memberships of several instances in one process, for a test. */
export interface MembershipRig {
  /** The membership has not joined yet. */
  make(self: string, facts: MemberFacts): Promise<Membership>
  /** Stops the heartbeats without leaving, as `kill -9` does. */
  kill(self: string): Promise<void>
  /** Makes the table unreachable for all members, until `restore`. Absent if the store is the only table. */
  cut?(): Promise<void>
  restore?(): Promise<void>
  /** Deletes the table's data, as FLUSHALL does. */
  flush?(): Promise<void>
  close(): Promise<void>
}

export const someFacts: MemberFacts = {
  label: 'x',
  version: '1.0.0',
  state: 'running',
  startedAt: 1,
  runs: 0,
  sockets: 0,
  fallbacks: 0,
  takeover: true,
  claiming: false,
  people: 0,
  revisions: {},
  redis: true,
}

const waitOptions = { timeout: 15_000, interval: 20 }
let incarnations = 0

/** The test suite that every membership passes. Its timeouts are generous, because other tests share the machine. */
export function describeMembership(
  make: () => Promise<MembershipRig>,
  /** `table` is false if the store is the only table, so that no table can be unreachable or emptied. */
  { table = true }: { table?: boolean } = {},
): void {
  describe('membership', () => {
    let rig: MembershipRig
    let joined: Membership[] = []
    const join = async (label: string, facts: Partial<MemberFacts> = {}) => {
      const self = `${label}.${incarnations++}`
      const member = await rig.make(self, { ...someFacts, label, ...facts })
      const departed: string[] = []
      const links: boolean[] = []
      member.watch({
        departed: (incarnation, how) => departed.push(`${incarnation} ${how}`),
        link: (healthy) => links.push(healthy),
      })
      await member.join()
      joined.push(member)
      return { self, member, departed, links }
    }
    const labels = (member: Membership) => member.members().map(({ label }) => label)
    const sees = (member: Membership, ...expected: string[]) =>
      vi.waitFor(() => expect(labels(member)).toEqual(expected), waitOptions)

    beforeAll(async () => {
      rig = await make()
    })
    afterEach(async () => {
      await Promise.all(joined.map((member) => member.leave()))
      joined = []
    })
    afterAll(() => rig?.close())

    test('Delivers: the members as of the last heartbeat, and a verdict on each incarnation that is not a member', async () => {
      const a = await join('a')
      const b = await join('b')
      await sees(a.member, 'a', 'b')
      await sees(b.member, 'a', 'b')
      expect(a.member.verdict(b.self)).toBe('alive')
      expect(a.member.verdict(a.self)).toBe('alive')
      expect(a.member.sinceAcknowledged()).toBeLessThan(lease)
      // No member judges another dead before it has been present for a lease.
      const late = await join('late')
      expect(late.member.verdict('somebody.dead')).toBe('unknown')
      await vi.waitFor(() => expect(late.member.verdict('somebody.dead')).toBe('dead'), waitOptions)
      expect(late.member.verdict(a.self)).toBe('alive')
    })

    test('Orders: nothing. The newest facts of a member replace its earlier facts', async () => {
      const a = await join('a', { revisions: { settings: '1:x' } })
      const b = await join('b')
      await sees(b.member, 'a', 'b')
      a.member.update({ runs: 3, state: 'draining', revisions: { settings: '2:y' } })
      await vi.waitFor(() => {
        expect(b.member.members()[0]).toMatchObject({
          runs: 3,
          state: 'draining',
          revisions: { settings: '2:y' },
        })
      }, waitOptions)
      a.member.update({ runs: 0 })
      await vi.waitFor(
        () => expect(b.member.members()[0]).toMatchObject({ runs: 0, label: 'a' }),
        waitOptions,
      )
    })

    test('a member without heartbeats is judged dead and is no longer listed', async () => {
      const a = await join('a')
      const b = await join('b')
      const c = await join('c')
      await sees(a.member, 'a', 'b', 'c')
      await rig.kill(c.self)
      joined = joined.filter((member) => member !== c.member)
      for (const watcher of [a, b]) {
        await vi.waitFor(() => expect(watcher.departed).toEqual([`${c.self} dead`]), waitOptions)
        expect(labels(watcher.member)).toEqual(['a', 'b'])
        expect(watcher.member.verdict(c.self)).toBe('dead')
      }
    })

    test('a member that leaves is reported as left', async () => {
      const a = await join('a')
      const b = await join('b')
      await sees(a.member, 'a', 'b')
      b.member.update({ state: 'draining' })
      await vi.waitFor(() => expect(a.member.members()[1]?.state).toBe('draining'), waitOptions)
      await b.member.leave()
      await vi.waitFor(() => expect(a.departed).toEqual([`${b.self} left`]), waitOptions)
      expect(a.member.verdict(b.self)).toBe('dead')
      expect(labels(a.member)).toEqual(['a'])
    })

    if (!table) return

    test('Survives: a restart or flush of Redis. Every member is in the list again after one heartbeat', async () => {
      const a = await join('a', { runs: 5 })
      const b = await join('b')
      await sees(b.member, 'a', 'b')
      await vi.waitFor(() => expect(b.member.verdict('somebody.dead')).toBe('dead'), waitOptions)
      await rig.flush!()
      // The flush interrupted the presence, so that an absence proves nothing for a lease.
      await vi.waitFor(() => expect(b.member.verdict('somebody.dead')).toBe('unknown'), waitOptions)
      await vi.waitFor(() => expect(b.member.verdict('somebody.dead')).toBe('dead'), waitOptions)
      await sees(a.member, 'a', 'b')
      await sees(b.member, 'a', 'b')
      expect(b.member.members()[0]).toMatchObject({ runs: 5 })
      expect([...a.departed, ...b.departed]).toEqual([])
    })

    test('When Redis is away: heartbeats go to the store every second, its list is used, and no such member is judged dead', async () => {
      const a = await join('a')
      const b = await join('b')
      await sees(a.member, 'a', 'b')
      expect(a.member.redisHealthy()).toBe(true)
      await rig.cut!()
      await vi.waitFor(() => expect(a.member.redisHealthy()).toBe(false), waitOptions)
      await vi.waitFor(
        () => expect(a.member.members().map(({ redis }) => redis)).toEqual([false, false]),
        waitOptions,
      )
      const asked = performance.now()
      while (performance.now() - asked < lease + 500) {
        expect(a.member.verdict(b.self)).toBe('alive')
        expect(a.member.verdict('somebody.dead')).toBe('unknown')
        expect(a.member.sinceAcknowledged()).toBeLessThan(lease)
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      await rig.restore!()
      await vi.waitFor(() => expect(a.member.redisHealthy()).toBe(true), waitOptions)
      await vi.waitFor(
        () => expect(a.member.members().map(({ redis }) => redis)).toEqual([true, true]),
        waitOptions,
      )
      expect(a.links).toEqual([true, false, true])
      expect([...a.departed, ...b.departed]).toEqual([])
    })
  })
}
