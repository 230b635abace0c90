import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { newId } from '../base/index.ts'
import type { MakeStore, StoreUnderTest } from '../../test/support/store-fixture.ts'
import type { Store } from './index.ts'

export function describeFleet(name: string, make: MakeStore): void {
  describe(`fleet, ${name}`, () => {
    let under: StoreUnderTest
    let store: Store
    beforeAll(async () => {
      under = await make()
      ;({ store } = under)
    })
    afterAll(() => under.close())

    const feed = async (which: string) => (await store.revisions.list()).find((row) => row.name === which)

    test('a heartbeat lists the instances that beat within the lease, itself included, with their facts', async () => {
      const [a, b] = [newId(), newId()]
      await store.instances.beat(a, '{"load":1}', 2500)
      const seen = await store.instances.beat(b, '{"load":2}', 2500)
      expect(new Map(seen.map((row) => [row.incarnation, row.facts]))).toEqual(
        new Map([
          [a, '{"load":1}'],
          [b, '{"load":2}'],
        ]),
      )
      await vi.waitFor(async () => {
        const alive = await store.instances.beat(b, '{"load":3}', 20)
        expect(alive.map(({ incarnation, facts }) => ({ incarnation, facts }))).toEqual([
          { incarnation: b, facts: '{"load":3}' },
        ])
      })
      expect((await store.instances.recent(60_000)).map(({ incarnation }) => incarnation)).toEqual(
        expect.arrayContaining([a, b]),
      )
      await store.instances.prune()
      await store.instances.leave(b)
      const left = await store.instances.beat(a, '{}', 60_000)
      expect(left.map(({ incarnation }) => incarnation)).toEqual([a])
    })

    test('an installation keeps the first fingerprint, and all instances agree on one secret', async () => {
      const other = await under.another()
      const secrets = await Promise.all(
        ['x', 'y', 'z', 'w'].map((word, n) =>
          (n % 2 ? store : other).installations.agreeOnSecret(word.repeat(40)),
        ),
      )
      expect(new Set(secrets).size).toBe(1)
      const first = await store.installations.register('print-1')
      expect(first.kind).toBe('met')
      const second = await other.installations.register('print-2')
      expect(second).toEqual({ kind: 'mismatch', installation: first.installation })
      expect(await store.installations.register('print-1')).toEqual(first)
      expect(await store.installations.agreeOnSecret('late')).toBe(secrets[0])
      const change = {
        former: secrets[0]!,
        formerFingerprint: 'print-2',
        next: 'n',
        nextFingerprint: 'print-3',
      }
      expect(await store.installations.changeSecret(change)).toBe('wrong')
      const right = { ...change, formerFingerprint: 'print-1' }
      expect(await other.installations.changeSecret(right)).toEqual({ keys: 0 })
      expect(await store.installations.register('print-3')).toMatchObject({ kind: 'met' })
      expect(await store.installations.register('print-1')).toMatchObject({ kind: 'mismatch' })
    })

    test('settings are one document; of two changes of the same name based on the same revision, one is refused', async () => {
      const other = await under.another()
      const before = await store.settings.read()
      expect(before.values).toEqual([])
      const writes = await Promise.all(
        [store, other].map((by, n) =>
          by.settings.write({
            set: [
              { name: 'a', value: `${n}` },
              { name: 'b', value: '"é"' },
            ],
            unset: [],
            basedOn: before.revision,
            by: `admin ${n}`,
            at: 5,
          }),
        ),
      )
      expect(writes.map(({ kind }) => kind).sort()).toEqual(['stale', 'written'])
      const winner = writes.findIndex(({ kind }) => kind === 'written')
      expect(writes[1 - winner]).toEqual({
        kind: 'stale',
        by: `admin ${winner}`,
        at: 5,
        names: ['a'],
        revision: writes[winner]!.revision,
      })
      const after = await store.settings.read()
      expect(after).toEqual({
        values: [
          { name: 'a', value: `${winner}` },
          { name: 'b', value: '"é"' },
        ],
        revision: writes[winner]!.revision,
      })
      const row = await feed('settings')
      expect(`${row?.counter}.${row?.nonce}`).toBe(after.revision)
      const unset = ['a', 'b']
      await store.settings.write({ set: [], unset, basedOn: after.revision, by: 'admin', at: 6 })
      expect((await store.settings.read()).values).toEqual([])
    })

    test('A2: a change of different names is merged, whichever revision it is based on', async () => {
      const change = (set: Record<string, string>, basedOn: string, unset: string[] = []) =>
        store.settings.write({
          set: Object.entries(set).map(([name, value]) => ({ name, value })),
          unset,
          basedOn,
          by: Object.keys(set).join(),
          at: 1,
        })
      const first = (await store.settings.read()).revision
      await change({ a: '1', b: '1' }, first)
      const { revision: second } = await store.settings.read()
      await change({ a: '2' }, second)
      expect(await change({ c: '1' }, second, ['b'])).toMatchObject({ kind: 'written' })
      expect((await store.settings.read()).values).toEqual([
        { name: 'a', value: '2' },
        { name: 'c', value: '1' },
      ])
      expect(await change({ a: '3' }, second)).toMatchObject({ kind: 'stale', by: 'a', names: ['a'] })
      expect(await change({ d: '1' }, second, ['a'])).toMatchObject({ kind: 'stale', names: ['a'] })
      // Repeating the same change, as after a lost response, conflicts with nothing.
      expect(await change({ a: '2' }, second)).toMatchObject({ kind: 'written' })
      for (const unknown of ['1.nonce', '999.nonce', '', 'x']) {
        expect(await change({ e: '1' }, unknown), unknown).toMatchObject({ kind: 'stale' })
      }
      expect((await store.settings.read()).values.map(({ name }) => name)).toEqual(['a', 'c'])
    })

    test('A2: an invalid merged document is refused, and nothing is written', async () => {
      const before = await store.settings.read()
      const write = store.settings.write(
        { set: [{ name: 'x', value: '1' }], unset: [], basedOn: before.revision, by: 'admin', at: 1 },
        (merged) => {
          throw new RangeError(JSON.stringify(merged))
        },
      )
      await expect(write).rejects.toThrow('{"name":"x","value":"1"}]')
      expect(await store.settings.read()).toEqual(before)
    })

    const job = (about: Partial<Parameters<Store['jobs']['add']>[0]> = {}) => ({
      id: newId(),
      kind: newId(),
      key: newId(),
      payload: '{}',
      inMs: 0,
      ...about,
    })

    test('only one job per key can wait, and a due job is claimed once', async () => {
      const one = job()
      await store.jobs.add(one)
      await store.jobs.add(job({ kind: one.kind, key: one.key }))
      await store.jobs.add(job({ kind: one.kind, inMs: 9_999_999_999 }))
      const claim = { me: 'a', kinds: [one.kind], limit: 10, leaseMs: 60_000 }
      const claimed = await store.jobs.claim(claim)
      expect(claimed).toMatchObject([{ id: one.id, kind: one.kind, payload: '{}', attempts: 1 }])
      expect(await store.jobs.claim(claim)).toEqual([])
      expect(await store.jobs.claim({ ...claim, kinds: [] })).toEqual([])
      expect(await store.jobs.finish(one.id, claimed[0]!.fence - 1)).toBe(false)
      expect(await store.jobs.finish(one.id, claimed[0]!.fence)).toBe(true)
      expect(await store.jobs.finish(one.id, claimed[0]!.fence)).toBe(false)
    })

    test('a job with an expired lease is claimed again, and the old owner is fenced off', async () => {
      const one = job()
      await store.jobs.add(one)
      const claim = { kinds: [one.kind], limit: 1, leaseMs: 0 }
      const [first] = await store.jobs.claim({ ...claim, me: 'a' })
      const [second] = await store.jobs.claim({ ...claim, me: 'b', leaseMs: 60_000 })
      expect(second).toMatchObject({ id: one.id, attempts: 2 })
      expect(second!.fence).toBeGreaterThan(first!.fence)
      expect(await store.jobs.fail(one.id, first!.fence, 'late', 0)).toBe(false)
      expect(await store.jobs.fail(one.id, second!.fence, 'again', 0)).toBe(true)
      const [third] = await store.jobs.claim({ ...claim, me: 'a' })
      expect(await store.jobs.fail(one.id, third!.fence, 'for good', null)).toBe(true)
      expect(await store.jobs.claim({ ...claim, me: 'a' })).toEqual([])
    })

    test('a lease is extended from now, with progress, and only by the current claimant', async () => {
      const one = job()
      await store.jobs.add(one)
      const claim = { me: 'a', kinds: [one.kind], limit: 9, leaseMs: 0 }
      const [first] = await store.jobs.claim(claim)
      expect(first!.progress).toBeNull()
      expect(await store.jobs.extend(one.id, first!.fence - 1, { leaseMs: 60_000 })).toBe(false)
      expect(await store.jobs.extend(one.id, first!.fence, { leaseMs: 60_000 })).toBe(true)
      expect(await store.jobs.claim(claim)).toEqual([])
      expect(await store.jobs.extend(one.id, first!.fence, { leaseMs: 0, progress: '{"at":1}' })).toBe(true)
      const [second] = await store.jobs.claim(claim)
      expect(second).toMatchObject({ id: one.id, progress: '{"at":1}', attempts: 2 })
      const [third] = await store.jobs.claim(claim)
      expect(third).toMatchObject({ progress: '{"at":1}', attempts: 3 })
      // The job has reported progress, so earlier failures no longer count.
      expect(await store.jobs.extend(one.id, third!.fence, { leaseMs: 0, progress: '{"at":2}' })).toBe(true)
      expect((await store.jobs.claim(claim))[0]).toMatchObject({ progress: '{"at":2}', attempts: 2 })
      expect(await store.jobs.extend(one.id, third!.fence, { leaseMs: 60_000, progress: '{}' })).toBe(false)
    })

    test('a job that was given up stays until it is pruned', async () => {
      const one = job({ inMs: -1_000_000 })
      await store.jobs.add(one)
      const claim = { me: 'me', kinds: [one.kind], limit: 5, leaseMs: 60_000 }
      const [claimed] = await store.jobs.claim(claim)
      await store.jobs.fail(one.id, claimed!.fence, 'for good', null)
      const waiting = job({ kind: one.kind, inMs: -1_000_000 })
      await store.jobs.add(waiting)
      const now = await store.now()
      expect(await store.jobs.prune(now - 1_500_000, 10)).toBe(0)
      expect(await store.jobs.prune(now - 500_000, 10)).toBe(1)
      expect(await store.jobs.prune(now - 500_000, 10)).toBe(0)
      expect((await store.jobs.claim(claim)).map(({ id }) => id)).toEqual([waiting.id])
      expect(Math.abs((await store.now()) - Date.now())).toBeLessThan(60_000)
    })

    test('a failed job is replaced by a job for the same work that was added meanwhile', async () => {
      const one = job()
      await store.jobs.add(one)
      const claim = { me: 'a', kinds: [one.kind], limit: 9, leaseMs: 60_000 }
      const [first] = await store.jobs.claim(claim)
      const again = job({ kind: one.kind, key: one.key })
      await store.jobs.add(again)
      expect(await store.jobs.fail(one.id, first!.fence, 'no', 0)).toBe(true)
      expect((await store.jobs.claim(claim)).map(({ id }) => id)).toEqual([again.id])
    })

    test('many simultaneous claimants get each job once', async () => {
      const kind = newId()
      const ids = await Promise.all(
        Array.from({ length: 60 }, async () => {
          const one = job({ kind })
          await store.jobs.add(one)
          return one.id
        }),
      )
      const handles = [store, await under.another(), await under.another(), await under.another()]
      const taken = await Promise.all(
        handles.map(async ({ jobs }, n) => {
          const mine: string[] = []
          for (let tries = 0; tries < 30; tries++) {
            const some = await jobs.claim({ me: `${n}`, kinds: [kind], limit: 7, leaseMs: 60_000 })
            mine.push(...some.map(({ id }) => id))
          }
          return mine
        }),
      )
      expect(taken.flat().sort()).toEqual(ids.sort())
    })
  })
}
