import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ChatView } from '../../protocol/index.ts'
import { startInProcess } from '../support/in-process-fleet.ts'
import type { InProcessFleet } from '../support/in-process-fleet.ts'
import { startScriptedProvider } from '../support/scripted-provider.ts'
import type { ScriptedProvider } from '../support/scripted-provider.ts'

let provider: ScriptedProvider
let fleet: InProcessFleet

beforeAll(async () => {
  provider = await startScriptedProvider({
    short: { words: ['Hello ', 'world'] },
    task: { words: ['A ', 'better ', 'title'] },
    flood: { flood: true },
    nul: { words: ['a\u0000b ', 'c\uD800d ', 'e\uD83D', '\uDE00f'] },
    breaks: { words: 40, wordsPerSecond: 100, fault: { after: 10, how: 'break' } },
    hangs: { words: 40, wordsPerSecond: 100, fault: { after: 10, how: 'hang' } },
    limited: {
      refuse: { status: 429, headers: { 'retry-after': '7' }, body: { error: { message: 'Slow down.' } } },
    },
    refused: { refuse: { status: 401, body: { error: { message: 'bad key sk-secret' } } } },
    thinks: { reasoning: ['Let me ', 'think.'], words: ['Four.'] },
    frame: {
      words: 20,
      wordsPerSecond: 200,
      fault: { after: 5, how: 'frame', frame: { error: { message: 'overloaded' } } },
    },
  })
  fleet = await startInProcess({
    env: {
      OPENAI_API_BASE_URL: provider.v1,
      OPENAI_API_KEY: 'sk-secret',
      ENABLE_TITLE_GENERATION: 'true',
      TASK_MODEL: 'task',
      AIOHTTP_CLIENT_STREAM_IDLE_TIMEOUT: '2',
    },
  })
})
afterAll(async () => {
  await fleet.stop()
  await provider.close()
})

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** The memory that is in use after a garbage collection. */
function heldBytes(): number {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

type Message = ChatView['messages'][number]

async function answered(model: string, text = 'hi', ms = 30_000): Promise<Message> {
  const run = await fleet.api.startRun({ model, text })
  await expect
    .poll(async () => (await message(run)).status, { timeout: ms, interval: 50 })
    .not.toBe('running')
  return message(run)
}

async function message({ chatId, messageId }: { chatId: string; messageId: string }): Promise<Message> {
  return (await fleet.api.chat(chatId)).messages.find(({ id }) => id === messageId)!
}

describe('hostile and faulty providers', () => {
  test('U+0000 and lone surrogates become U+FFFD, and split pairs are joined', async () => {
    expect(await answered('nul')).toMatchObject({ status: 'done', text: 'a\uFFFDb c\uFFFDd e\u{1F600}f' })
  })

  test('the same in a user’s message', async () => {
    const run = await fleet.api.startRun({ model: 'short', text: 'x\u0000y\uD800z' })
    expect((await fleet.api.chat(run.chatId)).messages[0]?.text).toBe('x\uFFFDy\uFFFDz')
  })

  test('a flood is bounded and reported, and the instance survives it', async () => {
    const before = heldBytes()
    const flooded = await answered('flood', 'hi', 60_000)
    expect(flooded).toMatchObject({ status: 'done', error: { code: 'too_large' } })
    expect(flooded.text.length).toBe(4_000_000)
    // Twenty-five times the size of the text.
    expect(heldBytes() - before).toBeLessThan(100_000_000)
    expect((await fetch(`${fleet.urls()[0]}/health`)).status).toBe(200)
    await expect.poll(() => provider.live()).toBe(0)
  })

  test('the connection breaks: the text is kept and the reason shown', async () => {
    const broken = await answered('breaks')
    expect(broken).toMatchObject({ status: 'failed', error: { code: 'upstream_broke_off' } })
    expect(broken.text).toMatch(/^c\d+w0000 .*w0009 $/)
  })

  test('an error frame during the answer', async () => {
    expect(await answered('frame')).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('overloaded') },
    })
  })

  test('it stops responding', async () => {
    expect(await answered('hangs')).toMatchObject({ status: 'failed', error: { code: 'upstream_silent' } })
  })

  test('its rate limit is reached: the time to wait is reported at once', async () => {
    expect(await answered('limited')).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_rate_limited', retryAfterMs: 7000 },
    })
  })

  test('it refuses the key: the error does not contain the key', async () => {
    const refused = await answered('refused')
    expect(refused).toMatchObject({ status: 'failed', error: { code: 'upstream_key_refused' } })
    expect(JSON.stringify(refused)).not.toContain('sk-secret')
  })

  test('it reasons: the reasoning is separate from the answer, with its time', async () => {
    const thought = await answered('thinks')
    expect(thought.text).toBe('<think>\nLet me think.\n</think>\n\nFour.')
    expect(thought.reasoningMs).toBeGreaterThanOrEqual(0)
  })

  test('the model was removed', async () => {
    await expect(fleet.api.startRun({ model: 'gone', text: 'hi' })).rejects.toThrow('422')
  })
})

describe('a chat', () => {
  test('gets its first words as a title, then one from the task model, which never replaces a user’s title', async () => {
    const run = await fleet.api.startRun({
      model: 'short',
      text: 'What is the airspeed velocity of an unladen swallow, and why does it matter to anybody?',
    })
    const first = await fleet.api.chat(run.chatId)
    expect(first.title).toBe('What is the airspeed velocity of an unladen swallow, and why…')
    await expect.poll(async () => (await fleet.api.chat(run.chatId)).title).toBe('A better title')
    await fleet.api.call('PATCH', `/api/chats/${run.chatId}`, { title: 'Mine' })
    await fleet.api.startRun({ model: 'short', text: 'again', chatId: run.chatId, parentId: run.messageId })
    expect((await fleet.api.chat(run.chatId)).title).toBe('Mine')
  })

  test('edit, regenerate, continue and switch make a tree', async () => {
    const { api } = fleet
    const run = await api.startRun({ model: 'short', text: 'one' })
    const done = async (id: string): Promise<void> => {
      await expect
        .poll(async () => (await api.chat(run.chatId)).messages.find((it) => it.id === id)?.status)
        .toBe('done')
    }
    await done(run.messageId)
    const regenerated = await api.startRun({ model: 'short', regenerateOf: run.messageId })
    expect(regenerated).toMatchObject({ chatId: run.chatId, userMessageId: run.userMessageId })
    await done(regenerated.messageId)
    const edited = await api.startRun({
      model: 'short',
      text: 'one, edited',
      chatId: run.chatId,
      parentId: null,
    })
    await done(edited.messageId)
    const continued = await api.startRun({ model: 'short', continueOf: edited.messageId })
    expect(continued.messageId).toBe(edited.messageId)
    await done(edited.messageId)
    const chat = await api.chat(run.chatId)
    expect(chat.currentId).toBe(edited.messageId)
    expect(chat.messages.map(({ parentId }) => parentId)).toEqual([
      null,
      run.userMessageId,
      run.userMessageId,
      null,
      edited.userMessageId,
    ])
    await api.call('PATCH', `/api/chats/${run.chatId}`, { currentId: run.messageId })
    expect((await api.chat(run.chatId)).currentId).toBe(run.messageId)
  })

  test('a message below a running answer is refused until the answer has ended', async () => {
    const { api } = fleet
    const run = await api.startRun({ model: 'hangs', text: 'wait' })
    await expect(
      api.startRun({ model: 'short', text: 'too early', chatId: run.chatId, parentId: run.messageId }),
    ).rejects.toThrow('409')
    await api.call('POST', `/api/runs/${run.runId}/stop`, {})
    await expect.poll(async () => (await message(run)).status).toBe('stopped')
    await api.startRun({ model: 'short', text: 'now', chatId: run.chatId, parentId: run.messageId })
  })

  test('that is deleted while an answer runs is stopped and hidden, and can be restored', async () => {
    const { api } = fleet
    const run = await api.startRun({ model: 'hangs', text: 'delete me' })
    await api.call('DELETE', `/api/chats/${run.chatId}`)
    await expect(api.chat(run.chatId)).rejects.toThrow('404')
    await expect.poll(() => provider.live()).toBe(0)
    await api.call('POST', `/api/chats/${run.chatId}/restore`, {})
    expect((await message(run)).status).toBe('stopped')
  })
})
