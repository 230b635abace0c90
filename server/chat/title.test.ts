import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { ended, givenRun } from '../../test/support/store-fixture.ts'
import type { StartedRun } from '../../test/support/store-fixture.ts'
import { startRunTrial } from '../../test/support/run-trial.ts'
import type { RunTrial } from '../../test/support/run-trial.ts'
import { cleanTitle, titleFromWords, wantsTitle } from './title.ts'

let trial: RunTrial
beforeAll(async () => {
  trial = await startRunTrial({ embedded: true })
})
afterEach(() => trial.stopOwners())
afterAll(() => trial.stop())

async function answered(form: { chatId?: string; parentId?: string } = {}): Promise<StartedRun> {
  const started = await givenRun(trial.store, trial.userId, { model: 'words', form })
  await ended(trial.store, started.run, 'An answer.')
  return started
}

async function wanted({ run }: StartedRun, model: string | null = null): Promise<boolean> {
  const chat = (await trial.store.chats.get(run.chatId, trial.userId))!
  return wantsTitle({ ...trial.owner().ports, chats: trial.store.chats }, model, { chat, run })
}

test('A13: a title is requested only after the first answer, and only if no user has named the chat', async () => {
  const first = await answered()
  const { chatId, messageId } = first.ids
  expect(await wanted(first)).toBe(true)
  expect(await wanted(await answered({ chatId, parentId: messageId }))).toBe(false)
  await trial.store.chats.setTitleByModel(chatId, 'By a model')
  expect(await wanted(first)).toBe(false)
  const second = await answered()
  await trial.store.chats.update(second.ids.chatId, trial.userId, { title: 'Mine', titleBy: 'person' })
  expect(await wanted(second)).toBe(false)
})

test('A13: no title is requested if no model could write it', async () => {
  const { models } = trial.owner().ports
  const { chats } = trial.store
  const first = await answered()
  const chat = (await trial.store.chats.get(first.run.chatId, trial.userId))!
  const demo = async (id: string) => {
    const model = await models.resolve(id)
    return model && { ...model, demo: true }
  }
  const about = { chat, run: first.run }
  expect(await wantsTitle({ chats, models: { resolve: demo } }, null, about)).toBe(false)
  const none = { resolve: async () => undefined }
  expect(await wantsTitle({ chats, models: none }, null, about)).toBe(false)
  expect(await wantsTitle({ chats, models }, 'words', about)).toBe(true)
})

test('D16: a title by a model is plain text of at most 60 characters, cut between words', () => {
  for (const [answer, title] of [
    ['1. Baking sourdough bread', 'Baking sourdough bread'],
    ['| Step | Action |', 'Step Action'],
    ['|---|\n| Tides |', 'Tides'],
    ['## **Tides** of the `North Sea`', 'Tides of the North Sea'],
    ['Title: “Tides”', 'Tides'],
    ['Titel: „Gezeiten“.', 'Gezeiten'],
    ['- [Tides](https://example.org) explained', 'Tides explained'],
    ['> - 2) Tides', 'Tides'],
    ['  Tides  and\tmoon  \nmore', 'Tides and moon'],
    ['2001: A Space Odyssey', '2001: A Space Odyssey'],
    ['3 ways to bake', '3 ways to bake'],
    ['C++ or C#?', 'C++ or C#?'],
    ['Why? ...', 'Why?'],
    ['***', ''],
  ] as const)
    expect([answer, cleanTitle(answer)]).toEqual([answer, title])
  const long = cleanTitle(`Here is ${'a long title '.repeat(20)}`)
  expect(long).toMatch(/^Here is( a long title)+( a long| a)?…$/)
  expect(long.length).toBeLessThanOrEqual(60)
  expect(cleanTitle('漢'.repeat(200))).toBe(`${'漢'.repeat(59)}…`)
  expect(cleanTitle('👩‍🚀🚀'.repeat(50)).isWellFormed()).toBe(true)
  expect(cleanTitle('🚀'.repeat(50)).length).toBeLessThanOrEqual(60)
  expect(titleFromWords('x'.repeat(200)).length).toBeLessThanOrEqual(60)
})
