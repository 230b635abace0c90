import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { MemberFacts, Membership } from './membership.ts'
import { lease } from './membership.ts'

/** A place where several instances meet; all of it in one process. */
export interface MembershipHouse {
  /** Not joined yet. */
  make(self: string, facts: MemberFacts): Promise<Membership>
  /** What `kill -9` does: no more beats, no goodbye. */
  kill(self: string): Promise<void>
  /** Takes the table away from everyone, and gives it back. Absent where the store is the table. */
  cut?(): Promise<void>
  mend?(): Promise<void>
  /** Loses the table's data, as FLUSHALL does. */
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

const patience = { timeout: 15_000, interval: 20 }
let incarnations = 0

/** What every membership promises. Bounds of time are those of `waitFor`: generous, since other tests share the machine. */
export function describeMembership(
  make: () => Promise<MembershipHouse>,
  /** False: the store is the table, and there is nothing that could be away or emptied. */
  { table = true }: { table?: boolean } = {},
): void {
  describe('membership', () => {
    let house: MembershipHouse
    let joined: Membership[] = []
    const join = async (label: string, facts: Partial<MemberFacts> = {}) => {
      const self = `${label}.${incarnations++}`
      const member = await house.make(self, { ...someFacts, label, ...facts })
      const gone: string[] = []
      const links: boolean[] = []
      member.watch({
        gone: (incarnation, how) => gone.push(`${incarnation} ${how}`),
        link: (healthy) => links.push(healthy),
      })
      await member.join()
      joined.push(member)
      return { self, member, gone, links }
    }
    const labels = (member: Membership) => member.members().map(({ label }) => label)
    const sees = (member: Membership, ...expected: string[]) =>
      vi.waitFor(() => expect(labels(member)).toEqual(expected), patience)

    beforeAll(async () => {
      house = await make()
    })
    afterEach(async () => {
      await Promise.all(joined.map((member) => member.leave()))
      joined = []
    })
    afterAll(() => house?.close())

    test('Delivers: the members as of the last beat, and a verdict on incarnations that are not among them', async () => {
      const a = await join('a')
      const b = await join('b')
      await sees(a.member, 'a', 'b')
      await sees(b.member, 'a', 'b')
      expect(a.member.verdict(b.self)).toBe('alive')
      expect(a.member.verdict(a.self)).toBe('alive')
      expect(a.member.sinceAcknowledged()).toBeLessThan(lease)
      // Nobody judges before a lease of unbroken presence.
      const late = await join('late')
      expect(late.member.verdict('somebody.dead')).toBe('unknown')
      await vi.waitFor(() => expect(late.member.verdict('somebody.dead')).toBe('dead'), patience)
      expect(late.member.verdict(a.self)).toBe('alive')
    })

    test('Orders: nothing; facts of a member replace its earlier ones', async () => {
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
      }, patience)
      a.member.update({ runs: 0 })
      await vi.waitFor(() => expect(b.member.members()[0]).toMatchObject({ runs: 0, label: 'a' }), patience)
    })

    test('a silent member is found dead, and its facts are gone', async () => {
      const a = await join('a')
      const b = await join('b')
      const c = await join('c')
      await sees(a.member, 'a', 'b', 'c')
      await house.kill(c.self)
      joined = joined.filter((member) => member !== c.member)
      for (const watcher of [a, b]) {
        await vi.waitFor(() => expect(watcher.gone).toEqual([`${c.self} dead`]), patience)
        expect(labels(watcher.member)).toEqual(['a', 'b'])
        expect(watcher.member.verdict(c.self)).toBe('dead')
      }
    })

    test('a goodbye is noticed', async () => {
      const a = await join('a')
      const b = await join('b')
      await sees(a.member, 'a', 'b')
      b.member.update({ state: 'draining' })
      await vi.waitFor(() => expect(a.member.members()[1]?.state).toBe('draining'), patience)
      await b.member.leave()
      await vi.waitFor(() => expect(a.gone).toEqual([`${b.self} left`]), patience)
      expect(a.member.verdict(b.self)).toBe('dead')
      expect(labels(a.member)).toEqual(['a'])
    })

    if (!table) return

    test('Survives: a restart or flush of Redis, within one heartbeat', async () => {
      const a = await join('a', { runs: 5 })
      const b = await join('b')
      await sees(b.member, 'a', 'b')
      await vi.waitFor(() => expect(b.member.verdict('somebody.dead')).toBe('dead'), patience)
      await house.flush!()
      // Presence is broken: nobody's absence proves anything for a lease.
      await vi.waitFor(() => expect(b.member.verdict('somebody.dead')).toBe('unknown'), patience)
      await vi.waitFor(() => expect(b.member.verdict('somebody.dead')).toBe('dead'), patience)
      await sees(a.member, 'a', 'b')
      await sees(b.member, 'a', 'b')
      expect(b.member.members()[0]).toMatchObject({ runs: 5 })
      expect([...a.gone, ...b.gone]).toEqual([])
    })

    test('When Redis is away: nobody is taken for dead; beats go to the store each second, and its list is used', async () => {
      const a = await join('a')
      const b = await join('b')
      await sees(a.member, 'a', 'b')
      expect(a.member.redisHealthy()).toBe(true)
      await house.cut!()
      await vi.waitFor(() => expect(a.member.redisHealthy()).toBe(false), patience)
      await vi.waitFor(
        () => expect(a.member.members().map(({ redis }) => redis)).toEqual([false, false]),
        patience,
      )
      const asked = performance.now()
      while (performance.now() - asked < lease + 500) {
        expect(a.member.verdict(b.self)).toBe('alive')
        expect(a.member.verdict('somebody.dead')).toBe('unknown')
        expect(a.member.sinceAcknowledged()).toBeLessThan(lease)
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      await house.mend!()
      await vi.waitFor(() => expect(a.member.redisHealthy()).toBe(true), patience)
      await vi.waitFor(
        () => expect(a.member.members().map(({ redis }) => redis)).toEqual([true, true]),
        patience,
      )
      expect(a.links).toEqual([true, false, true])
      expect([...a.gone, ...b.gone]).toEqual([])
    })
  })
}
