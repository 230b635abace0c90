import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  claimBy,
  ended,
  givenRun,
  givenUser,
  messageRequest,
  part,
  started,
} from '../../test/support/store-fixture.ts'
import type { MakeStore, StoreUnderTest } from '../../test/support/store-fixture.ts'
import type { Store, UserRow } from './index.ts'

/** How claims count deaths and attempts (rule 13). */
export function describeRunDeaths(name: string, make: MakeStore): void {
  describe(`deaths of owners, ${name}`, () => {
    let under: StoreUnderTest
    let store: Store
    let user: UserRow
    beforeAll(async () => {
      under = await make()
      ;({ store } = under)
      user = await givenUser(store)
    })
    afterAll(() => under.close())

    test('A15: a death counts as an attempt unless the text grew 512 characters beyond its greatest length so far', async () => {
      let { run } = await givenRun(store, user.id, { owner: 'dead' })
      const counts = (): number[] => [run.attempt, run.deaths, run.furthest]
      const add = (length: number) => store.runs.save([part(run, run.saved, 'x'.repeat(length))])
      const die = async (attempts: 0 | 1 = 1): Promise<number[]> => {
        const now = (await store.runs.read(run.id))!
        run = (await store.runs.claim({ ...claimBy(now.owner, now), attempts, leaseMs: 0 }))!
        return counts()
      }
      await add(511)
      expect(await die()).toEqual([1, 1, 511])
      await add(512)
      expect(await die()).toEqual([1, 2, 1023])
      // A handover is not a death.
      expect(await die(0)).toEqual([1, 2, 1023])
      // Restarted, and shorter than before: the greatest length that was reached before still counts.
      await store.runs.replaceSavedText(part(run, 0, 'y'.repeat(600)))
      expect(await die()).toEqual([2, 3, 1023])
      await store.runs.replaceSavedText(part(run, 0, 'y'.repeat(1500)))
      expect(await die()).toEqual([3, 4, 1500])
      await store.runs.replaceSavedText(part(run, 0, 'y'.repeat(2012)))
      const [claimed] = await store.runs.claimSome({
        me: 'heir',
        dead: [run.owner],
        limit: 1,
        first: [run.id],
        leaseMs: 0,
        graceMs: 0,
      })
      expect(claimed).toMatchObject({ id: run.id, attempt: 3, deaths: 5, furthest: 2012 })
    })

    test('A15: the initial text of a continued answer is not progress', async () => {
      const { run, ids } = await givenRun(store, user.id)
      await ended(store, run, 'x'.repeat(1000))
      const next = { ...messageRequest(user.id), form: { kind: 'continue' as const, of: ids.messageId } }
      const going = (await started(store, { ...next, owner: 'dead' })).run
      const claimed = await store.runs.claim(claimBy('me', going))
      expect(claimed).toMatchObject({ attempt: 1, deaths: 1, furthest: 1000 })
    })
  })
}
