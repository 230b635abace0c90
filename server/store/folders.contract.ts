import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ended, givenRun, givenUser } from '../../test/support/store-fixture.ts'
import type { MakeStore, StoreUnderTest } from '../../test/support/store-fixture.ts'
import type { Store, UserRow } from './index.ts'

export function describeFolders(name: string, make: MakeStore): void {
  describe(`folders, ${name}`, () => {
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

    async function givenChat(folder: string | null = null): Promise<string> {
      const { ids, run } = await givenRun(store, user.id, {})
      await ended(store, run, 'done')
      if (folder !== null) await store.chats.update(ids.chatId, user.id, { folder })
      return ids.chatId
    }
    const chatsIn = async (folder: string | null): Promise<string[]> => {
      const page = await store.chats.list({ userId: user.id, archived: false, folder, limit: 9 })
      return page.items.map(({ id }) => id)
    }

    test('a folder exists until it is deleted, with or without chats, and only for its user', async () => {
      await store.folders.create(user.id, 'Empty')
      await store.folders.create(user.id, 'Empty')
      const chat = await givenChat('Work')
      expect(await store.folders.list(user.id)).toEqual(['Empty', 'Work'])
      await store.chats.update(chat, user.id, { folder: null })
      expect(await store.folders.list(user.id)).toEqual(['Empty', 'Work'])
      const stranger = await givenUser(store)
      expect(await store.folders.list(stranger.id)).toEqual([])
      expect(await store.folders.delete(stranger.id, 'Work')).toBeUndefined()
      expect(await store.folders.delete(user.id, 'Work')).toEqual([])
      expect(await store.folders.list(user.id)).toEqual(['Empty'])
    })

    test('a list holds the chats in one folder, or those in none', async () => {
      const inWork = await givenChat('Work')
      const inNone = await givenChat()
      await givenChat('Home')
      expect(await chatsIn('Work')).toEqual([inWork])
      expect(await chatsIn(null)).toEqual([inNone])
    })

    test('renaming a folder keeps its chats, also the archived ones, and refuses a name that is in use', async () => {
      const chat = await givenChat('Work')
      const archived = await givenChat('Work')
      await store.chats.update(archived, user.id, { archived: true })
      await givenChat('Home')
      expect(await store.folders.rename(user.id, 'Work', 'Home')).toBe('taken')
      expect(await store.folders.rename(user.id, 'Nothing', 'Other')).toBe('missing')
      expect(await store.folders.rename(user.id, 'Work', 'Job')).toBe('renamed')
      expect(await store.folders.list(user.id)).toEqual(['Home', 'Job'])
      expect(await chatsIn('Job')).toEqual([chat])
      expect((await store.chats.get(archived, user.id))?.folder).toBe('Job')
    })

    test('deleting a folder keeps its chats, and returns them', async () => {
      const chat = await givenChat('Work')
      const deleted = await givenChat('Work')
      await store.chats.delete(deleted, user.id)
      expect(await store.folders.delete(user.id, 'Work')).toEqual([chat])
      expect(await chatsIn(null)).toEqual([chat])
      await store.chats.restore(deleted, user.id)
      expect(await store.folders.list(user.id)).toEqual([])
    })

    test('several chats are changed together: the user’s own that exist', async () => {
      const ids = [await givenChat(), await givenChat()]
      const stranger = await givenUser(store)
      const request = { ids: [...ids, 'unknown', 'nul\u0000'], change: { pinned: true, folder: 'New' } }
      expect((await store.chats.updateAll(stranger.id, request)).chats).toEqual([])
      const { chats } = await store.chats.updateAll(user.id, request)
      expect(chats.map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
      expect(chats.every(({ pinned, folder }) => pinned && folder === 'New')).toBe(true)
      expect(await store.folders.list(user.id)).toEqual(['New'])
      expect(await store.folders.list(stranger.id)).toEqual([])
    })

    test('several chats are deleted and restored together, and their answers have to stop', async () => {
      const done = await givenChat()
      const { ids, run } = await givenRun(store, user.id, {})
      const deletion = await store.chats.updateAll(user.id, {
        ids: [done, ids.chatId],
        change: { deleted: true },
      })
      expect(deletion.runIds).toEqual([run.id])
      expect(await chatsIn(null)).toEqual([])
      const restored = await store.chats.updateAll(user.id, {
        ids: [done, ids.chatId],
        change: { deleted: false },
      })
      expect(restored.chats).toHaveLength(2)
      expect(await chatsIn(null)).toHaveLength(2)
    })
  })
}
