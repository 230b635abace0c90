import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId, silentLogger, sleep, systemClock } from '../../server/base/index.ts'
import type { Chat } from '../../server/chat/index.ts'
import { openStore } from '../../server/store/index.ts'
import type { Store } from '../../server/store/index.ts'
import { startPostgresServer } from '../support/postgres-server.ts'
import type { PostgresServer } from '../support/postgres-server.ts'
import { RunOwners } from '../support/run-owners.ts'
import type { RunOwner } from '../support/run-owners.ts'
import { readScriptedWords, startScriptedProvider } from '../support/scripted-provider.ts'
import type { ScriptedProvider } from '../support/scripted-provider.ts'
import { givenUser } from '../support/store-fixture.ts'

let postgres: PostgresServer
let provider: ScriptedProvider
let store: Store
let userId: string
let owners: RunOwners

beforeAll(async () => {
  postgres = await startPostgresServer()
  provider = await startScriptedProvider({
    words: { words: 60, wordsPerSecond: 30 },
    long: { words: 240, wordsPerSecond: 30 },
    anew: { words: 60, wordsPerSecond: 30, continues: 'none' },
    hangs: { words: 60, wordsPerSecond: 30, fault: { after: 12, how: 'hang' } },
  })
  store = await openStore({
    databaseUrl: await postgres.createDatabase(),
    dataDir: '/nonexistent',
    secret: 'a secret of the tests',
    clock: systemClock,
    logger: silentLogger,
  })
  userId = (await givenUser(store)).id
  owners = new RunOwners(store, provider.v1)
})

afterAll(async () => {
  owners.stop()
  await store.close()
  await provider.close()
  await postgres.stop()
})

const owner = (...args: Parameters<RunOwners['add']>): RunOwner => owners.add(...args)
const silence = (one: RunOwner): void => owners.silence(one)
const start = (from: RunOwner, model = 'words'): ReturnType<Chat['startRun']> =>
  from.chat.startRun(userId, { clientId: newId(), model, text: `question ${newId()}` })

async function ended(runId: string, ms = 20_000): Promise<{ text: string; status: string; attempt: number }> {
  await expect
    .poll(async () => (await store.runs.read(runId))?.status, { timeout: ms, interval: 50 })
    .not.toBe('running')
  const row = await store.runs.readWithText(runId)
  return { text: row!.text, status: row!.status, attempt: row!.attempt }
}

async function written(runId: string, least: number): Promise<void> {
  await expect
    .poll(async () => (await store.runs.read(runId))?.saved ?? 0, { timeout: 10_000, interval: 30 })
    .toBeGreaterThanOrEqual(least)
}

const callsOf = (text: string): number[] => readScriptedWords(text).calls

describe('rules of a run', () => {
  test('rule 1: only the store decides who owns a run: a live owner is not robbed', async () => {
    const [writer, thief] = [owner(), owner()]
    const run = await start(writer)
    await written(run.runId, 40)
    // The thief believes the writer dead, but the writer has saved a moment ago and goes on saving.
    thief.membership.dead.add(writer.context.me)
    await store.instances.beat(writer.context.me, '{}', 2500)
    const beats = setInterval(() => void store.instances.beat(writer.context.me, '{}', 2500), 500)
    const { text, attempt } = await ended(run.runId)
    clearInterval(beats)
    expect(callsOf(text)).toHaveLength(1)
    expect(attempt).toBe(0)
  })

  test('rule 2: the owner is an incarnation: a restarted process claims like any other', async () => {
    const writer = owner()
    const run = await start(writer)
    await written(run.runId, 40)
    silence(writer)
    const reborn = owner()
    reborn.membership.dead.add(writer.context.me)
    const { text, status } = await ended(run.runId)
    expect(status).toBe('done')
    expect(readScriptedWords(text, 60).problem).toBeUndefined()
    expect(callsOf(text)).toHaveLength(2)
  })

  test('rule 3: absence proves death only to the present: an unknown owner is left alone', async () => {
    const [writer, watcher] = [owner(), owner()]
    const run = await start(writer)
    silence(writer)
    await sleep(2500)
    expect((await store.runs.read(run.runId))?.owner).toBe(writer.context.me)
    watcher.membership.dead.add(writer.context.me)
    await ended(run.runId)
  })

  test('rule 7: a zombie is silent until the store confirms its fence', async () => {
    const writer = owner()
    const run = await start(writer)
    const seen: number[] = []
    const leave = await writer.chat.follow(run.runId, userId, undefined, {
      opened: () => {},
      run: () => {},
      words: (at, text) => void seen.push(at + text.length),
      link: () => {},
      phase: () => {},
      end: () => {},
    })
    await expect.poll(() => seen.length).toBeGreaterThan(3)
    writer.membership.age = 2600
    await sleep(60)
    const atSilence = seen.at(-1)
    await sleep(600)
    expect(seen.at(-1)).toBe(atSilence)
    writer.membership.age = 0
    await expect.poll(() => seen.at(-1)).toBeGreaterThan(atSilence!)
    leave?.()
    const { text } = await ended(run.runId)
    expect(readScriptedWords(text, 60).problem).toBeUndefined()
  })

  test('rule 7: a zombie that was replaced closes its provider and writes nothing more', async () => {
    const [writer, heir] = [owner(), owner()]
    const run = await start(writer, 'long')
    await written(run.runId, 40)
    const call = provider.calls.at(-1)!
    writer.membership.age = Infinity
    heir.membership.dead.add(writer.context.me)
    await expect
      .poll(async () => (await store.runs.read(run.runId))?.owner, { timeout: 8000 })
      .toBe(heir.context.me)
    writer.membership.age = 0
    await expect.poll(() => call.state).toBe('closed-by-client')
    const { text } = await ended(run.runId)
    expect(readScriptedWords(text, 240).problem).toBeUndefined()
    expect(callsOf(text)).toHaveLength(2)
  })

  test('rule 9: a run that the store says is mine and that I do not know is driven', async () => {
    const mine = owner()
    const outcome = await store.runs.start({
      userId,
      clientId: newId(),
      runId: newId(),
      owner: mine.context.me,
      model: 'words',
      stop: false,
      form: {
        kind: 'message',
        chatId: newId(),
        newChatTitle: 'lost answer',
        parentId: null,
        userMessageId: newId(),
        answerId: newId(),
        text: 'hi',
      },
    })
    if (outcome.kind !== 'started') throw new Error(outcome.kind)
    const { status } = await ended(outcome.ids.runId)
    expect(status).toBe('done')
  })

  test('rule 10: stop is a column: without any message it reaches the owner', async () => {
    const writer = owner()
    const run = await start(writer, 'hangs')
    await written(run.runId, 40)
    await store.runs.requestStop(run.runId, userId)
    const { status } = await ended(run.runId, 4000)
    expect(status).toBe('stopped')
  })

  test('rule 10: a stopped run whose owner died is only finalised', async () => {
    const [writer, heir] = [owner(), owner()]
    const run = await start(writer)
    await written(run.runId, 40)
    silence(writer)
    await store.runs.requestStop(run.runId, userId)
    heir.membership.dead.add(writer.context.me)
    const { status, text } = await ended(run.runId)
    expect(status).toBe('stopped')
    expect(callsOf(text)).toHaveLength(1)
  })

  test('rule 11: the end is believed from the store only: a reader without any note hears of it', async () => {
    const [writer, elsewhere] = [owner(), owner({ shared: false })]
    const run = await start(writer)
    let end: unknown
    let text = ''
    await elsewhere.chat.follow(run.runId, userId, undefined, {
      opened: () => {},
      run: (state) => (text = text.slice(0, state.keep) + state.text),
      words: (at, words) => (text += words.slice(text.length - at)),
      link: () => {},
      phase: () => {},
      end: (state) => (end = state),
    })
    elsewhere.membership.healthy = false
    const stored = await ended(run.runId)
    await expect
      .poll(() => end, { timeout: 8000 })
      .toMatchObject({ status: 'done', length: stored.text.length })
    expect(text).toBe(stored.text)
  })

  test('rule 13: three attempts, then interrupted', async () => {
    let writer = owner()
    const run = await start(writer, 'hangs')
    for (const expected of [1, 2]) {
      await written(run.runId, 20)
      silence(writer)
      const heir = owner()
      heir.membership.dead.add(writer.context.me)
      await expect
        .poll(async () => (await store.runs.read(run.runId))?.attempt, { timeout: 8000 })
        .toBe(expected)
      writer = heir
      await sleep(700)
    }
    silence(writer)
    owner().membership.dead.add(writer.context.me)
    const { status, attempt } = await ended(run.runId)
    expect({ status, attempt }).toEqual({ status: 'interrupted', attempt: 3 })
  })

  test('rule 15: what is not known to continue is written anew, in one piece', async () => {
    const [writer, heir] = [owner(), owner()]
    const run = await start(writer, 'none/anew')
    await written(run.runId, 40)
    silence(writer)
    heir.membership.dead.add(writer.context.me)
    const { text, status } = await ended(run.runId)
    expect(status).toBe('done')
    expect(readScriptedWords(text, 60).problem).toBeUndefined()
    expect(callsOf(text)).toHaveLength(1)
  })

  test('rule 15: with the policy "interrupt" the text is kept and the answer ends', async () => {
    const [writer, heir] = [owner(), owner({ policy: () => 'interrupt' })]
    const run = await start(writer, 'none/anew')
    await written(run.runId, 40)
    silence(writer)
    const kept = (await store.runs.readWithText(run.runId))!.text
    heir.membership.dead.add(writer.context.me)
    const { text, status } = await ended(run.runId)
    expect(status).toBe('interrupted')
    expect(text.startsWith(kept)).toBe(true)
  })

  test('rule 16: one running run per branch', async () => {
    const writer = owner()
    const run = await start(writer, 'hangs')
    const again = writer.chat.startRun(userId, {
      clientId: newId(),
      model: 'words',
      regenerateOf: run.messageId,
    })
    await expect(again).rejects.toMatchObject({ code: 'branch_busy' })
    await writer.chat.stopRun(userId, run.runId)
    await ended(run.runId)
    const second = await writer.chat.startRun(userId, {
      clientId: newId(),
      model: 'words',
      regenerateOf: run.messageId,
    })
    expect(second.userMessageId).toBe(run.userMessageId)
    await ended(second.runId)
  })

  test('a run that a draining instance made, or gave up, is claimed at once and without an attempt', async () => {
    const [leaving, staying] = [owner(), owner()]
    const given = await start(leaving)
    await written(given.runId, 40)
    await leaving.chat.drain()
    const made = await start(leaving)
    expect((await store.runs.read(made.runId))?.owner).not.toBe(leaving.context.me)
    await leaving.chat.release()
    const [first, second] = [await ended(given.runId), await ended(made.runId)]
    expect([first.status, second.status]).toEqual(['done', 'done'])
    expect([first.attempt, second.attempt]).toEqual([0, 0])
    expect(readScriptedWords(first.text, 60).problem).toBeUndefined()
    expect(staying.chat.runs).toBe(0)
  })
})
