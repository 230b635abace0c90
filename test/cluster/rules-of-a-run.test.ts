import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId, sleep } from '../../server/base/index.ts'
import { defaultRunLimits } from '../../server/chat/index.ts'
import { callsOf, startRunTrial } from '../support/run-trial.ts'
import type { RunTrial } from '../support/run-trial.ts'
import { readScriptedWords } from '../support/scripted-provider.ts'

let trial: RunTrial
beforeAll(async () => {
  trial = await startRunTrial()
})
afterAll(() => trial.stop())

describe('rules of a run: its owner, and what its readers see', () => {
  test('rule 1: only the store decides who owns a run: a live owner keeps its run', async () => {
    const [writer, thief] = [trial.owner(), trial.owner()]
    const run = await trial.start(writer)
    await trial.written(run.runId, 40)
    // The thief considers the writer dead, but the writer has just saved and continues to save.
    thief.membership.dead.add(writer.ports.me)
    await trial.store.instances.beat(writer.ports.me, '{}', 2500)
    const beats = setInterval(() => void trial.store.instances.beat(writer.ports.me, '{}', 2500), 500)
    const { text, attempt } = await trial.ended(run.runId)
    clearInterval(beats)
    expect(callsOf(text)).toHaveLength(1)
    expect(attempt).toBe(0)
  })

  test('rule 2: the owner is an incarnation: a restarted process claims runs like any other instance', async () => {
    const writer = trial.owner()
    const run = await trial.start(writer)
    await trial.written(run.runId, 40)
    trial.kill(writer)
    const reborn = trial.owner()
    reborn.membership.dead.add(writer.ports.me)
    const { text, status } = await trial.ended(run.runId)
    expect(status).toBe('done')
    expect(readScriptedWords(text, 60).problem).toBeUndefined()
    expect(callsOf(text)).toHaveLength(2)
  })

  test('rule 4: a reader is cut to where the new owner began, is notified of it, and ends with the stored text', async () => {
    const [writer, heir, elsewhere] = [trial.owner(), trial.owner(), trial.owner()]
    const run = await trial.start(writer)
    const received: string[] = []
    let text = ''
    await elsewhere.chat.follow(run.runId, trial.userId, undefined, {
      opened: () => {},
      run: (state) => {
        received.push(state.how)
        text = text.slice(0, state.keep) + state.text
      },
      words: (at, words) => (text += words.slice(text.length - at)),
      link: (link) => received.push(link),
      phase: () => {},
      end: () => received.push('end'),
    })
    await expect.poll(() => text.length).toBeGreaterThan(60)
    // Text that only the old owner had: its reader shows it, but neither the log nor the store will ever have it.
    const position = {
      fence: (await trial.store.runs.read(run.runId))!.fence,
      seq: 0,
      length: text.length + 30,
    }
    trial.kill(writer)
    heir.membership.dead.add(writer.ports.me)
    const stored = await trial.ended(run.runId)
    await expect.poll(() => received.at(-1), { timeout: 8000 }).toBe('end')
    expect(received).toContain('moved')
    expect(text).toBe(stored.text)
    const late: { how?: string; keep?: number } = {}
    await elsewhere.chat.follow(run.runId, trial.userId, position, {
      opened: () => {},
      run: ({ how, keep }) => Object.assign(late, { how, keep }),
      words: () => {},
      link: () => {},
      phase: () => {},
      end: () => {},
    })
    expect(late.how).toBe('rewind')
    expect(late.keep).toBeLessThan(position.length)
  })

  test('rule 7: a paused owner is silent until the store confirms its fence', async () => {
    const writer = trial.owner()
    const run = await trial.start(writer)
    const seen: number[] = []
    const leave = await writer.chat.follow(run.runId, trial.userId, undefined, {
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
    const { text } = await trial.ended(run.runId)
    expect(readScriptedWords(text, 60).problem).toBeUndefined()
  })

  test('rule 7: a paused owner that was replaced closes its provider and writes nothing more', async () => {
    const [writer, heir] = [trial.owner(), trial.owner()]
    const run = await trial.start(writer, 'long')
    await trial.written(run.runId, 40)
    const call = trial.provider.calls.at(-1)!
    writer.membership.age = Infinity
    heir.membership.dead.add(writer.ports.me)
    await expect
      .poll(async () => (await trial.store.runs.read(run.runId))?.owner, { timeout: 8000 })
      .toBe(heir.ports.me)
    writer.membership.age = 0
    await expect.poll(() => call.state).toBe('closed-by-client')
    const { text } = await trial.ended(run.runId)
    expect(readScriptedWords(text, 240).problem).toBeUndefined()
    expect(callsOf(text)).toHaveLength(2)
  })

  test('rule 8: text that only the log has survives its owner', async () => {
    // This run is never saved: the store has no text of it.
    const writer = trial.owner({ limits: { ...defaultRunLimits, saveEveryMs: 3_600_000, saveUnits: 1e9 } })
    const heir = trial.owner()
    const run = await trial.start(writer)
    await expect
      .poll(async () => JSON.stringify(await heir.ports.log.read(run.runId)).length)
      .toBeGreaterThan(300)
    expect((await trial.store.runs.read(run.runId))?.saved).toBe(0)
    trial.kill(writer)
    heir.membership.dead.add(writer.ports.me)
    const { text } = await trial.ended(run.runId)
    expect(readScriptedWords(text, 60).problem).toBeUndefined()
    expect(callsOf(text)).toHaveLength(2)
  })

  test('rule 9: an instance drives a run that the store assigns to it, even if it does not know the run', async () => {
    const mine = trial.owner()
    const outcome = await trial.store.runs.start({
      userId: trial.userId,
      clientId: newId(),
      runId: newId(),
      owner: mine.ports.me,
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
    const { status } = await trial.ended(outcome.ids.runId)
    expect(status).toBe('done')
  })
})
