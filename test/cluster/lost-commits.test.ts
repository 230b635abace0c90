import { afterAll, beforeAll, expect, test } from 'vitest'
import { Client } from 'pg'
import { readScriptedWords } from '../support/scripted-provider.ts'
import { callsOf, startRunTrial } from '../support/run-trial.ts'
import type { RunTrial } from '../support/run-trial.ts'

// A PostgreSQL that failed over to an asynchronous standby has lost its latest acknowledged commits. These tests undo
// the rows by hand while an answer is being written.

let trial: RunTrial
let database: Client
beforeAll(async () => {
  trial = await startRunTrial()
  database = new Client({ connectionString: trial.databaseUrl })
  await database.connect()
})
afterAll(async () => {
  await database.end()
  await trial.stop()
})

async function expectCompleteAnswer(runId: string): Promise<void> {
  const { text, status } = await trial.ended(runId, 30_000)
  expect(status).toBe('done')
  expect(readScriptedWords(text, 240).problem).toBeUndefined()
  expect(callsOf(text)).toHaveLength(1)
}

test('text that a failed-over store has lost is saved again by its owner', async () => {
  const { runId } = await trial.start(trial.owner(), 'long')
  await trial.written(runId, 200)
  await database.query('delete from shoal.run_part where run_id = $1', [runId])
  await database.query(`update shoal.run set saved = 0, saved_fence = 0, starts = '[]' where id = $1`, [
    runId,
  ])
  await expectCompleteAnswer(runId)
})

test('a run that a failed-over store has lost with its chat is restored by its owner', async () => {
  const owner = trial.owner()
  const { runId, chatId, userMessageId, messageId } = await trial.start(owner, 'long')
  await trial.written(runId, 100)
  const before = await trial.store.chats.get(chatId, trial.userId)
  await database.query('delete from shoal.chat where id = $1', [chatId])
  await expect.poll(async () => (await trial.store.runs.read(runId))?.owner).toBe(owner.ports.me)
  await expectCompleteAnswer(runId)
  const tree = await trial.store.chats.tree(chatId, trial.userId)
  expect(tree?.chat).toMatchObject({ title: before?.title, currentId: messageId })
  expect(tree?.messages.map(({ id }) => id)).toEqual([userMessageId, messageId])
})

test('a chat that its user has deleted stays deleted', async () => {
  const { runId, chatId } = await trial.start(trial.owner(), 'long')
  await trial.written(runId, 100)
  await database.query('delete from shoal.run where id = $1', [runId])
  await trial.store.chats.delete(chatId, trial.userId)
  const calls = trial.provider.calls.at(-1)
  await expect.poll(() => calls?.endedAt !== undefined, { timeout: 15_000 }).toBe(true)
  expect(await trial.store.runs.read(runId)).toBeUndefined()
  expect(await trial.store.chats.get(chatId, trial.userId)).toBeUndefined()
})
