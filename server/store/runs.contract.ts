import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { newId } from '../base/index.ts'
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

export function describeRuns(name: string, make: MakeStore): void {
  describe(`runs, ${name}`, () => {
    let under: StoreUnderTest
    let store: Store
    let user: UserRow
    beforeAll(async () => {
      under = await make()
      ;({ store } = under)
    })
    afterAll(() => under.close())
    beforeEach(async () => {
      user = await givenUser(store)
    })

    test('rule 1: a claim is a compare-and-set on owner and fence, and raises both fence and attempt', async () => {
      const { run } = await givenRun(store, user.id, { owner: 'dead' })
      await store.runs.save([part(run, 0, 'stored')])
      expect(await store.runs.claim({ ...claimBy('me', run), ownerSeen: 'other' })).toBeUndefined()
      expect(await store.runs.claim({ ...claimBy('me', run), fenceSeen: run.fence - 1 })).toBeUndefined()
      const claimed = await store.runs.claim(claimBy('me', run))
      expect(claimed).toMatchObject({
        owner: 'me',
        attempt: 1,
        text: 'stored',
        saved: 6,
        starts: [[run.fence, 0]],
      })
      expect(claimed!.fence).toBeGreaterThan(run.fence)
      expect(await store.runs.claim(claimBy('you', run))).toBeUndefined()
    })

    test('a lost run is restored from its owner’s memory; existing rows are not changed', async () => {
      const { run } = await givenRun(store, user.id, { owner: 'me' })
      const path = await store.chats.path(run.parentId, user.id)
      const remembered = { run, path, title: 'As remembered' }
      await store.chats.delete(run.chatId, user.id)
      expect(await store.runs.restoreLostRun(remembered)).toBeUndefined()
      await store.chats.prune((await store.now()) + 1000, 200)
      expect(await store.runs.read(run.id)).toBeUndefined()
      const again = await store.runs.restoreLostRun(remembered)
      expect(again).toMatchObject({ id: run.id, owner: 'me', fence: run.fence, saved: 0, status: 'running' })
      await ended(store, run, 'whole')
      // The run exists and has ended: an owner that notices a loss too late does not undo the end.
      expect(await store.runs.restoreLostRun(remembered)).toBeUndefined()
      const tree = await store.chats.tree(run.chatId, user.id)
      expect(tree?.chat).toMatchObject({ title: 'As remembered', currentId: run.messageId })
      expect(tree?.messages.map(({ text, status }) => [text, status])).toEqual([
        [path[0]?.text, 'done'],
        ['whole', 'done'],
      ])
    })

    test('a fence is above the one seen in Redis', async () => {
      const { run } = await givenRun(store, user.id, { owner: 'dead' })
      const redisFence = run.fence + 9_000_000
      expect((await store.runs.claim({ ...claimBy('me', run), redisFence }))?.fence).toBe(redisFence + 1)
    })

    test('a claim is refused while the owner is alive or has just saved, but not if the claimant is the owner', async () => {
      const owner = newId()
      const { run } = await givenRun(store, user.id, { owner })
      await store.instances.beat(owner, '{}', 2500)
      expect(await store.runs.claim(claimBy('me', run))).toBeUndefined()
      expect((await store.runs.claimSome({ ...some, me: 'me', dead: [owner] })).map(({ id }) => id)).toEqual(
        [],
      )
      await store.instances.leave(owner)
      expect(await store.runs.claim({ ...claimBy('me', run), graceMs: 60_000 })).toBeUndefined()
      expect(await store.runs.claimSome({ ...some, me: 'me', dead: [owner], graceMs: 60_000 })).toEqual([])
      await store.instances.beat(owner, '{}', 2500)
      const own = { ...claimBy(owner, run), redisFence: run.fence + 5, attempts: 0 as const, graceMs: 60_000 }
      const mine = await store.runs.claim(own)
      expect(mine).toMatchObject({ owner, attempt: 0 })
      await store.instances.leave(owner)
      expect((await store.runs.claim(claimBy('me', mine!)))?.owner).toBe('me')
    })

    const some = { limit: 10, first: [], leaseMs: 2500, graceMs: 0 }

    test('a batch claims only runs of the named dead owners, runs with readers first', async () => {
      const dead = newId()
      const runs = []
      for (let n = 0; n < 4; n++) runs.push((await givenRun(store, user.id, { owner: dead })).run)
      await givenRun(store, user.id, { owner: newId() })
      const first = await store.runs.claimSome({
        ...some,
        me: 'a',
        dead: [dead],
        limit: 1,
        first: [runs[2]!.id],
      })
      expect(first).toMatchObject([{ id: runs[2]!.id, owner: 'a', attempt: 1, text: '' }])
      const rest = await store.runs.claimSome({ ...some, me: 'b', dead: [dead] })
      expect(rest.map(({ id }) => id).sort()).toEqual([runs[0]!.id, runs[1]!.id, runs[3]!.id].sort())
      expect(await store.runs.claimSome({ ...some, me: 'c', dead: [] })).toEqual([])
    })

    test('any instance can claim a released run at once, and no attempt is counted', async () => {
      const { run } = await givenRun(store, user.id, { owner: 'drained' })
      expect(await store.runs.release([{ id: run.id, fence: run.fence - 1 }], 'drained')).toEqual([])
      expect(await store.runs.release([{ id: run.id, fence: run.fence }], 'other')).toEqual([])
      expect(await store.runs.release([run, { id: 'none', fence: 1 }], 'drained')).toEqual([run.id])
      expect(await store.runs.release([], 'drained')).toEqual([])
      const claimed = await store.runs.claimSome({ ...some, me: 'next', dead: [''], graceMs: 60_000 })
      expect(claimed.find(({ id }) => id === run.id)).toMatchObject({ owner: 'next', attempt: 0 })
      await store.runs.release(claimed, 'next')
      const seen = {
        ...claimBy('third', { ...claimed[0]!, owner: '' }),
        attempts: 0 as const,
        graceMs: 60_000,
      }
      expect(await store.runs.claim(seen)).toMatchObject({ owner: 'third', attempt: 0 })
    })

    test('rule 6: a save succeeds once, by fence and saved length, and reports a stop request', async () => {
      const { run } = await givenRun(store, user.id)
      const other = (await givenRun(store, user.id)).run
      const saved = await store.runs.save([part(run, 0, 'Hällo 😀'), part(other, 0, 'zwei')])
      expect(saved).toEqual(
        new Map([
          [run.id, { stop: false }],
          [other.id, { stop: false }],
        ]),
      )
      const { length } = 'Hällo 😀'
      await store.runs.requestStop(other.id, user.id)
      const next = await store.runs.save([
        part(run, 0, 'Hällo 😀'),
        part({ id: run.id, fence: run.fence - 1 }, length, 'zombie'),
        part(other, 4, ' drei'),
        part({ id: 'unknown', fence: 1 }, 0, 'x'),
      ])
      expect(next).toEqual(new Map([[other.id, { stop: true }]]))
      expect(await store.runs.readWithText(run.id)).toMatchObject({
        text: 'Hällo 😀',
        saved: length,
        savedFence: run.fence,
        savedSeq: 1,
        starts: [[run.fence, 0]],
      })
      expect(await store.runs.save([])).toEqual(new Map())
    })

    test('rule 12: invalid characters of one run do not fail the batch, and the length stays the same', async () => {
      const { run } = await givenRun(store, user.id)
      const other = (await givenRun(store, user.id)).run
      const saved = await store.runs.save([part(run, 0, 'a\u0000\ud83d'), part(other, 0, 'fine')])
      expect(saved.size).toBe(2)
      await store.runs.save([part(run, 3, '\udc00!')])
      expect(await store.runs.readWithText(run.id)).toMatchObject({ text: 'a\ufffd\ufffd\ufffd!', saved: 5 })
    })

    test('a length that differs from the text’s is a bug of the caller', async () => {
      const { run } = await givenRun(store, user.id)
      await expect(store.runs.save([{ ...part(run, 0, 'abc'), length: 4 }])).rejects.toThrow(RangeError)
      await expect(store.runs.replaceSavedText({ ...part(run, 0, 'abc'), length: 2 })).rejects.toThrow(
        RangeError,
      )
    })

    test('a save without text updates the position, and the next save continues from there', async () => {
      const { run } = await givenRun(store, user.id)
      await store.runs.save([part(run, 0, 'ab')])
      expect((await store.runs.save([{ ...part(run, 2, ''), seq: 9 }])).size).toBe(1)
      expect((await store.runs.save([part(run, 2, 'cd')])).size).toBe(1)
      expect(await store.runs.readWithText(run.id)).toMatchObject({ text: 'abcd', saved: 4 })
    })

    test('a restarted answer replaces the text of an earlier fence, once', async () => {
      const { run } = await givenRun(store, user.id, { owner: 'dead' })
      await store.runs.save([part(run, 0, 'old words')])
      await store.runs.save([part(run, 9, ' and more')])
      const claimed = (await store.runs.claim(claimBy('me', run)))!
      expect(await store.runs.replaceSavedText(part(run, 0, 'zombie'))).toBeUndefined()
      expect(await store.runs.replaceSavedText(part(claimed, 0, 'new'))).toEqual({ stop: false })
      expect(await store.runs.replaceSavedText(part(claimed, 0, 'twice'))).toBeUndefined()
      expect((await store.runs.save([part(claimed, 3, ' text')])).size).toBe(1)
      expect(await store.runs.readWithText(run.id)).toMatchObject({
        text: 'new text',
        savedFence: claimed.fence,
      })
    })

    test('a restarted answer may begin without text', async () => {
      const { run } = await givenRun(store, user.id, { owner: 'dead' })
      await store.runs.save([part(run, 0, 'old words')])
      const claimed = (await store.runs.claim(claimBy('me', run)))!
      expect(await store.runs.replaceSavedText(part(claimed, 0, ''))).toEqual({ stop: false })
      expect(await store.runs.readWithText(run.id)).toMatchObject({ text: '', saved: 0 })
      expect((await store.runs.save([part(claimed, 0, 'fresh')])).size).toBe(1)
      expect((await store.runs.readWithText(run.id))?.text).toBe('fresh')
    })

    test('finalising folds the parts, marks the chat as answered, and succeeds once', async () => {
      const { ids, run } = await givenRun(store, user.id)
      await store.runs.save([part(run, 0, 'one ')])
      await store.runs.save([part(run, 4, 'two')])
      const meta = {
        usage: { promptTokens: 3, completionTokens: 2 },
        error: { code: 'x', message: 'a\u0000b' },
      }
      const end = { id: run.id, fence: run.fence, saved: 7, status: 'failed' as const, meta, said: 'one two' }
      const starts: [number, number][] = [[run.fence, 0]]
      expect(await store.runs.finalise({ ...end, starts, saved: 4 })).toBeUndefined()
      expect(await store.runs.finalise({ ...end, starts, fence: run.fence - 1 })).toBeUndefined()
      expect(await store.runs.finalise({ ...end, starts })).toEqual({ text: 'one two', chatId: ids.chatId })
      expect(await store.runs.finalise({ ...end, starts })).toBeUndefined()
      expect((await store.runs.save([part(run, 7, ' three')])).size).toBe(0)
      expect(await store.chats.message(ids.messageId, user.id)).toMatchObject({
        text: 'one two',
        status: 'failed',
        meta,
        run: null,
      })
      expect(await store.runs.readWithText(run.id)).toMatchObject({
        text: 'one two',
        status: 'failed',
        starts,
        meta,
      })
      const chat = await store.chats.get(ids.chatId, user.id)
      expect(chat).toMatchObject({ running: false })
      expect(chat!.answeredAt).toBeGreaterThan(0)
    })

    test('an answer without any text ends with an empty text', async () => {
      const { ids, run } = await givenRun(store, user.id)
      await ended(store, run, '', 'stopped')
      expect(await store.chats.message(ids.messageId, user.id)).toMatchObject({ text: '', status: 'stopped' })
    })

    test('only the user of a run, or an administrator, can request a stop', async () => {
      const { run } = await givenRun(store, user.id)
      expect(await store.runs.requestStop(run.id, (await givenUser(store)).id)).toBeUndefined()
      expect(await store.runs.requestStop('none', null)).toBeUndefined()
      expect((await store.runs.read(run.id))?.stop).toBe(false)
      expect(await store.runs.requestStop(run.id, null)).toMatchObject({ id: run.id, stop: true })
      expect(await store.runs.requestStop(run.id, user.id)).toMatchObject({ stop: true })
      const claimed = await store.runs.claim(claimBy('next', run))
      expect(claimed?.stop).toBe(true)
      const over = (await givenRun(store, user.id)).run
      await ended(store, over, 'x')
      expect(await store.runs.requestStop(over.id, user.id)).toMatchObject({ status: 'done', stop: false })
    })

    test('A4: before a start, one query returns what its client id has started and the number of running answers', async () => {
      const asked = messageRequest(user.id, {})
      const before = await store.runs.readBeforeStart(user.id, asked.clientId)
      const { ids } = await started(store, asked)
      const known = await store.runs.readBeforeStart(user.id, asked.clientId)
      expect([before.ids, known.ids]).toEqual([undefined, ids])
      expect(known.running).toBe(before.running + 1)
      const another = await store.runs.readBeforeStart('somebody else', asked.clientId)
      expect(another).toEqual({ ids: undefined, running: 0 })
    })

    test('running runs are listed by owner, by user and in pages, newest first', async () => {
      const owner = newId()
      const runs = []
      for (let n = 0; n < 5; n++) runs.push((await givenRun(store, user.id, { owner })).run)
      await ended(store, runs.shift()!, 'x')
      expect((await store.runs.listOwners()).find((row) => row.owner === owner)).toEqual({ owner, runs: 4 })
      const ids = runs.map(({ id }) => id)
      expect((await store.runs.ownedBy(owner)).map(({ id }) => id).sort()).toEqual([...ids].sort())
      expect((await store.runs.readBeforeStart(user.id, 'other')).running).toBe(4)
      for (const userId of [user.id, null]) {
        const seen: string[] = []
        let cursor: string | undefined
        do {
          const page = await store.runs.listRunning({
            userId,
            limit: 3,
            ...(cursor !== undefined && { cursor }),
          })
          seen.push(...page.items.map(({ id }) => id))
          cursor = page.next ?? undefined
        } while (cursor !== undefined)
        const newestFirst = [...runs].sort((a, b) => b.startedAt - a.startedAt || (b.id > a.id ? 1 : -1))
        expect(seen.filter((id) => ids.includes(id))).toEqual(newestFirst.map(({ id }) => id))
        expect(new Set(seen).size).toBe(seen.length)
      }
      expect(await store.runs.read('none')).toBeUndefined()
      expect(await store.runs.readWithText('none')).toBeUndefined()
    })

    test('rule 17: the lease is measured by the store’s clock', async () => {
      const owner = newId()
      const { run } = await givenRun(store, user.id, { owner })
      await store.instances.beat(owner, '{}', 2500)
      expect(await store.runs.claim({ ...claimBy('me', run), leaseMs: 60_000 })).toBeUndefined()
      await vi.waitFor(async () => {
        expect(await store.runs.claim({ ...claimBy('me', run), leaseMs: 20 })).toBeDefined()
      })
    })
  })
}
