import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../base/index.ts'
import { claimBy, givenRun, givenUser, part } from '../../test/support/store-fixture.ts'
import type { MakeStore, StoreUnderTest } from '../../test/support/store-fixture.ts'
import type { Store, UserRow } from './index.ts'

/** Two instances that act on the same run at the same time. */
export function describeRunRaces(name: string, make: MakeStore): void {
  describe(`races of runs, ${name}`, () => {
    let under: StoreUnderTest
    let store: Store
    let other: Store
    let user: UserRow
    beforeAll(async () => {
      under = await make()
      ;({ store } = under)
      other = await under.another()
      user = await givenUser(store)
    })
    afterAll(() => under.close())

    const givenOrphan = async () => (await givenRun(store, user.id, { owner: 'dead' })).run

    test('rule 1: of two claimants exactly one wins', async () => {
      for (let round = 0; round < 100; round++) {
        const run = await givenOrphan()
        const claims = await Promise.all([
          store.runs.claim(claimBy('a', run)),
          other.runs.claim(claimBy('b', run)),
        ])
        const winners = claims.filter((claim) => claim !== undefined)
        expect(winners, `round ${round}`).toHaveLength(1)
        expect((await store.runs.read(run.id))?.owner).toBe(winners[0]!.owner)
      }
    })

    test('rule 6: a claim returns the text of the old owner’s save, or that save fails', async () => {
      let savedFirst = 0
      for (let round = 0; round < 60; round++) {
        const run = await givenOrphan()
        const [saved, claimed] = await Promise.all([
          store.runs.save([part(run, 0, 'words of the old owner')]),
          other.runs.claim(claimBy('new', run)),
        ])
        const counted = saved.size === 1
        if (counted) savedFirst++
        const now = await store.runs.readWithText(run.id)
        const text = counted ? 'words of the old owner' : ''
        expect(now, `round ${round}`).toMatchObject({ text, saved: text.length })
        // A save within the grace period prevents the claim; without a grace period, the claim always succeeds.
        expect(claimed, `round ${round}`).toMatchObject({ text, saved: text.length })
        expect((await store.runs.save([part(run, text.length, 'zombie')])).size).toBe(0)
        expect((await store.runs.save([part(claimed!, text.length, '!')])).size).toBe(1)
      }
      expect(savedFirst).toBeGreaterThan(0)
    })

    test('rule 6: ending a run does not lose the text of a concurrent save', async () => {
      for (let round = 0; round < 60; round++) {
        const run = await givenOrphan()
        const end = {
          id: run.id,
          fence: run.fence,
          saved: 0,
          status: 'done' as const,
          starts: [],
          meta: {},
          said: '',
        }
        const [saved, finalised] = await Promise.all([
          store.runs.save([part(run, 0, 'last words')]),
          other.runs.finalise(end),
        ])
        // Exactly one of the two succeeds, because both require the same saved length.
        expect([saved.size, finalised === undefined ? 0 : 1].sort(), `round ${round}`).toEqual([0, 1])
        const { text } = (await store.runs.readWithText(run.id))!
        expect(text).toBe(saved.size === 1 ? 'last words' : '')
      }
    })

    test('rule 6: of two instances that save the same runs in opposite order, one succeeds per run, without a deadlock', async () => {
      const runs = []
      for (let n = 0; n < 40; n++) runs.push(await givenOrphan())
      for (let round = 0; round < 20; round++) {
        const parts = runs.map((run) => part(run, round * 3, 'abc'))
        const [one, two] = await Promise.all([store.runs.save(parts), other.runs.save(parts.toReversed())])
        const counted = [...one.keys(), ...two.keys()].sort()
        expect(counted, `round ${round}`).toEqual(runs.map(({ id }) => id).sort())
      }
      for (const run of runs) expect(await store.runs.readWithText(run.id)).toMatchObject({ saved: 60 })
    })

    test('rule 14: 4 claimants claim each of 100 orphans once', async () => {
      const dead = newId()
      const ids = []
      for (let n = 0; n < 100; n++) ids.push((await givenRun(store, user.id, { owner: dead })).run.id)
      const handles = [store, other, await under.another(), await under.another()]
      const taken = await Promise.all(
        handles.map(async ({ runs }, n) => {
          const mine = []
          for (;;) {
            const input = {
              me: `claimant ${n}`,
              dead: [dead],
              limit: 16,
              first: [],
              leaseMs: 2500,
              graceMs: 0,
            }
            const batch = await runs.claimSome(input)
            // A claimant that found all remaining runs locked by others retries.
            if (batch.length === 0 && !(await runs.listOwners()).some(({ owner }) => owner === dead))
              return mine
            mine.push(...batch)
          }
        }),
      )
      const all = taken.flat()
      expect(all.map(({ id }) => id).sort()).toEqual(ids.sort())
      expect(all.every(({ attempt }) => attempt === 1)).toBe(true)
    })

    test('a start, an end and a deletion in the same chat do not deadlock', async () => {
      for (let round = 0; round < 30; round++) {
        const { ids, run } = await givenRun(store, user.id)
        const regenerate = {
          userId: user.id,
          clientId: newId(),
          runId: newId(),
          owner: 'me',
          model: 'm',
          stop: false,
          form: { kind: 'regenerate' as const, of: ids.messageId, answerId: newId() },
        }
        const end = {
          id: run.id,
          fence: run.fence,
          saved: 0,
          status: 'done' as const,
          starts: [],
          meta: {},
          said: '',
        }
        const [outcome, finalised] = await Promise.all([
          other.runs.start(regenerate),
          store.runs.finalise(end),
          round % 3 === 0 ? store.chats.delete(ids.chatId, user.id) : other.runs.requestStop(run.id, null),
        ])
        expect(finalised?.chatId, `round ${round}`).toBe(ids.chatId)
        expect(['started', 'branch-busy', 'parent-missing'], `round ${round}`).toContain(outcome.kind)
      }
    })
  })
}
