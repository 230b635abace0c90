import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { newId } from '../base/index.ts'
import { ended, givenRun, givenUser, messageRequest, started } from '../../test/support/store-fixture.ts'
import type { MakeStore, StartedRun, StoreUnderTest } from '../../test/support/store-fixture.ts'
import type { StartRun, Store, UserRow } from './index.ts'

export function describeRunStarts(name: string, make: MakeStore): void {
  describe(`starting runs, ${name}`, () => {
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

    const another = (form: StartRun['form'], owner = 'me'): StartRun => ({
      ...messageRequest(user.id, { owner }),
      form,
    })
    const regenerate = (of: string): StartRun => another({ kind: 'regenerate', of, answerId: newId() })
    const goOn = (of: string): StartRun => another({ kind: 'continue', of })

    async function givenAnswer(text = 'So far'): Promise<StartedRun> {
      const first = await givenRun(store, user.id)
      await ended(store, first.run, text, 'stopped')
      return first
    }

    test('a message in a new chat creates the chat, both messages and the run', async () => {
      const request = messageRequest(user.id, { form: { newChatTitle: 'Shoals' }, model: 'm1', owner: '' })
      const { now } = await store.sessions.revokedSince(0)
      const outcome = await store.runs.start(request)
      expect(outcome).toMatchObject({
        kind: 'started',
        newChat: true,
        ids: {
          chatId: request.form.chatId,
          userMessageId: request.form.userMessageId,
          messageId: request.form.answerId,
          runId: request.runId,
        },
        run: {
          owner: '',
          status: 'running',
          attempt: 0,
          saved: 0,
          savedFence: 0,
          stop: false,
          model: 'm1',
          starts: [],
        },
      })
      const run = await store.runs.read(request.runId)
      expect(run).toEqual(outcome.kind === 'started' && outcome.run)
      expect(run!.fence).toBeGreaterThanOrEqual(now)
      expect(run!.fence).toBeLessThan(now + 60_000)
      expect(await store.chats.get(request.form.chatId, user.id)).toMatchObject({
        title: 'Shoals',
        model: 'm1',
        currentId: request.form.answerId,
        running: true,
      })
    })

    test('a stop that the user pressed early is set in the run from its start', async () => {
      expect((await givenRun(store, user.id, { stop: true })).run.stop).toBe(true)
    })

    test('a message below an answer continues the same chat', async () => {
      const first = await givenAnswer()
      const { chatId } = first.ids
      const next = await store.runs.start(
        messageRequest(user.id, { form: { chatId, parentId: first.ids.messageId }, model: 'm2' }),
      )
      expect(next).toMatchObject({ kind: 'started', newChat: false })
      expect((await store.chats.tree(chatId, user.id))?.messages).toHaveLength(4)
      expect((await store.chats.get(chatId, user.id))?.model).toBe('m2')
    })

    test('a repeated client id returns the same ids, whatever else was sent or happened', async () => {
      const request = messageRequest(user.id)
      const { ids } = await started(store, request)
      const again = { ...messageRequest(user.id), clientId: request.clientId }
      expect(await store.runs.start(again)).toEqual({ kind: 'repeated', ids })
      await store.chats.delete(ids.chatId, user.id)
      const below = {
        ...messageRequest(user.id, { form: { chatId: ids.chatId } }),
        clientId: request.clientId,
      }
      expect(await store.runs.start(below)).toEqual({ kind: 'repeated', ids })
      expect(await store.chats.get(again.form.chatId, user.id)).toBeUndefined()
      const stranger = await givenUser(store)
      const theirs = { ...messageRequest(stranger.id), clientId: request.clientId }
      expect((await store.runs.start(theirs)).kind).toBe('started')
    })

    test('a refused request writes nothing, so that its client id can be used again', async () => {
      const first = await givenRun(store, user.id)
      const form = { chatId: first.ids.chatId, parentId: first.ids.messageId }
      const request = messageRequest(user.id, { form })
      expect(await store.runs.start(request)).toEqual({ kind: 'branch-busy' })
      await ended(store, first.run, 'done')
      expect((await store.runs.start(request)).kind).toBe('started')
    })

    test('other users’ chats, deleted chats and unknown chats are missing, and so are their messages', async () => {
      const stranger = await givenUser(store)
      const theirs = await givenRun(store, stranger.id)
      const mine = await givenAnswer()
      const at = (form: Parameters<typeof messageRequest>[1]) =>
        store.runs.start(messageRequest(user.id, form))
      expect(await at({ form: { chatId: theirs.ids.chatId } })).toEqual({ kind: 'chat-missing' })
      expect(await at({ form: { chatId: newId() } })).toEqual({ kind: 'chat-missing' })
      // An existing chat id of another user is not created again.
      expect(await at({ form: { chatId: theirs.ids.chatId, newChatTitle: 'x' } })).toEqual({
        kind: 'chat-missing',
      })
      const { chatId } = mine.ids
      expect(await at({ form: { chatId, parentId: theirs.ids.messageId } })).toEqual({
        kind: 'parent-missing',
      })
      expect(await at({ form: { chatId, parentId: newId() } })).toEqual({ kind: 'parent-missing' })
      for (const of of [theirs.ids.messageId, newId(), mine.ids.userMessageId]) {
        expect(await store.runs.start(regenerate(of))).toEqual({ kind: 'parent-missing' })
        expect(await store.runs.start(goOn(of))).toEqual({ kind: 'parent-missing' })
      }
      await store.chats.deleteMessage(mine.ids.messageId, user.id)
      expect(await at({ form: { chatId, parentId: mine.ids.messageId } })).toEqual({ kind: 'parent-missing' })
      expect(await store.runs.start(goOn(mine.ids.messageId))).toEqual({ kind: 'parent-missing' })
      await store.chats.delete(chatId, user.id)
      expect(await at({ form: { chatId } })).toEqual({ kind: 'chat-missing' })
    })

    test('one running run per branch: a second answer is refused until the first has ended', async () => {
      const first = await givenRun(store, user.id)
      const { messageId, chatId } = first.ids
      expect(await store.runs.start(regenerate(messageId))).toEqual({ kind: 'branch-busy' })
      expect(await store.runs.start(goOn(messageId))).toEqual({ kind: 'branch-busy' })
      const below = messageRequest(user.id, { form: { chatId, parentId: messageId } })
      expect(await store.runs.start(below)).toEqual({ kind: 'branch-busy' })
      const beside = messageRequest(user.id, { form: { chatId } })
      expect((await store.runs.start(beside)).kind).toBe('started')
      await ended(store, first.run, 'x')
      expect((await store.runs.start(regenerate(messageId))).kind).toBe('started')
    })

    test('a regenerated answer is added beside the first, below the same message', async () => {
      const first = await givenAnswer()
      const request = regenerate(first.ids.messageId)
      const { ids, run } = await started(store, request)
      expect(ids).toMatchObject({ chatId: first.ids.chatId, userMessageId: first.ids.userMessageId })
      expect(run).toMatchObject({ parentId: first.ids.userMessageId, messageId: ids.messageId, saved: 0 })
      const answer = await store.chats.message(ids.messageId, user.id)
      expect(answer).toMatchObject({
        parentId: first.ids.userMessageId,
        role: 'assistant',
        text: '',
        status: 'running',
      })
      expect((await store.chats.get(ids.chatId, user.id))?.currentId).toBe(ids.messageId)
    })

    test('a continued answer begins with its saved text, with a higher fence', async () => {
      const first = await givenAnswer('Grüße 😀')
      const { ids, run } = await started(store, goOn(first.ids.messageId))
      expect(ids).toEqual({ ...first.ids, runId: ids.runId })
      expect(run.fence).toBeGreaterThan(first.run.fence)
      expect(run).toMatchObject({
        saved: 'Grüße 😀'.length,
        savedFence: run.fence,
        starts: [[run.fence, 0]],
        parentId: first.ids.userMessageId,
      })
      expect(await store.runs.readWithText(run.id)).toMatchObject({ text: 'Grüße 😀', status: 'running' })
      expect(await store.chats.message(ids.messageId, user.id)).toMatchObject({
        status: 'running',
        text: 'Grüße 😀',
      })
    })

    test('an empty answer can be continued', async () => {
      const first = await givenAnswer('')
      const { run } = await started(store, goOn(first.ids.messageId))
      expect(run).toMatchObject({ saved: 0, starts: [[run.fence, 0]] })
      await ended(store, run, 'now it speaks')
      expect((await store.chats.message(first.ids.messageId, user.id))?.text).toBe('now it speaks')
    })

    test('of many simultaneous equal requests one starts, and all return its ids', async () => {
      const handles = [store, await under.another(), await under.another()]
      for (let round = 0; round < 17; round++) {
        const clientId = newId()
        const outcomes = await Promise.all(
          handles.map((handle) => handle.runs.start({ ...messageRequest(user.id), clientId })),
        )
        const ids = outcomes.map((outcome) => ('ids' in outcome ? outcome.ids.runId : outcome.kind))
        expect(new Set(ids).size, `round ${round}`).toBe(1)
        expect(outcomes.filter(({ kind }) => kind === 'started')).toHaveLength(1)
      }
    })

    test('of two simultaneous equal requests to continue, one starts and the other is its repetition', async () => {
      const other = await under.another()
      for (let round = 0; round < 20; round++) {
        const { messageId } = (await givenAnswer()).ids
        const request = round % 2 ? goOn(messageId) : regenerate(messageId)
        const twin = { ...request, runId: newId() }
        const outcomes = await Promise.all([store.runs.start(request), other.runs.start(twin)])
        expect(outcomes.map(({ kind }) => kind).sort(), `round ${round}`).toEqual(['repeated', 'started'])
      }
    })

    test('of two different simultaneous requests to answer one message, one starts', async () => {
      const other = await under.another()
      for (let round = 0; round < 20; round++) {
        const { messageId } = (await givenAnswer()).ids
        const outcomes = await Promise.all([
          store.runs.start(regenerate(messageId)),
          other.runs.start(round % 2 ? goOn(messageId) : regenerate(messageId)),
        ])
        expect(outcomes.map(({ kind }) => kind).sort(), `round ${round}`).toEqual(['branch-busy', 'started'])
      }
    })
  })
}
