import { afterEach, describe, expect, test, vi } from 'vitest'
import type { RunStartRequest } from '../../protocol/run.ts'
import { isOpen, liveClients, seed } from '../../test/support/live-clients.ts'
import { startLiveServer } from '../../test/support/live-server.ts'

const overHttp: (RunStartRequest | string)[] = []
const started = { chatId: 'c', userMessageId: 'u', messageId: 'm', runId: 'r' }
const { connect, closeAll } = liveClients({
  startRun: (request) => {
    overHttp.push(request)
    return Promise.resolve(started)
  },
  stopRun: (runId) => {
    overHttp.push(runId)
    return Promise.resolve()
  },
})

afterEach(() => {
  closeAll()
  overHttp.length = 0
})

describe('the live client', () => {
  test('says hello first and follows from its position, again after a cut', async () => {
    await using server = await startLiveServer()
    const client = connect(server)
    const { run } = client.follow(seed)
    await isOpen(client)
    const gaps = vi.fn()
    client.onGap(gaps)
    await vi.waitFor(() =>
      expect(server.heard).toEqual([
        { t: 'hello', v: 1, rereads: true, tab: 'tab' },
        { t: 'follow', runId: 'r', position: { fence: 3, seq: 0, length: 6 } },
      ]),
    )
    server.say({
      t: 'run',
      c: 1,
      runId: 'r',
      messageId: 'm',
      how: 'recovered',
      keep: 6,
      text: ' and on',
      position: { fence: 4, seq: 9, length: 13 },
      phase: 'running',
    })
    await vi.waitFor(() => expect(run.get().text).toBe('so far and on'))
    server.cut()
    await vi.waitFor(() =>
      expect(server.heard.at(-1)).toEqual({
        t: 'follow',
        runId: 'r',
        position: { fence: 4, seq: 9, length: 13 },
      }),
    )
    expect(gaps).toHaveBeenCalledOnce()
    // Channel 1 was the old socket's name for it.
    server.say({ t: 'w', c: 1, at: 13, x: ' astray' })
    server.say({ t: 'gap' })
    await vi.waitFor(() => expect(gaps).toHaveBeenCalledTimes(2))
    expect(run.get().text).toBe('so far and on')
  })

  test('a hole is followed again; words of a channel that is not known are not taken', async () => {
    await using server = await startLiveServer()
    const client = connect(server)
    const { run } = client.follow({ ...seed, text: '' })
    await isOpen(client)
    server.say({ t: 'w', c: 1, at: 0, x: 'stray' })
    server.say({
      t: 'run',
      c: 1,
      runId: 'r',
      messageId: 'm',
      how: 'recovered',
      keep: 0,
      text: 'ab',
      position: { fence: 4, seq: 1, length: 2 },
      phase: 'running',
    })
    server.say({ t: 'w', c: 1, at: 5, x: 'late' })
    await vi.waitFor(() =>
      expect(server.heard.at(-1)).toEqual({
        t: 'follow',
        runId: 'r',
        position: { fence: 4, seq: 1, length: 2 },
      }),
    )
    expect(run.get().text).toBe('ab')
  })
})

describe('the link', () => {
  test('silence while a run is followed is a lost link; silence without one is not', async () => {
    await using server = await startLiveServer()
    const client = connect(server, { silenceMs: 80 })
    await isOpen(client)
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(server.opened).toBe(1)
    client.follow(seed)
    await vi.waitFor(() => expect(server.opened).toBeGreaterThan(1))
  })

  test('after another sign-in it connects again', async () => {
    await using server = await startLiveServer()
    const client = connect(server)
    await isOpen(client)
    server.close(4101)
    await vi.waitFor(() => expect(client.status().link).toBe('ended'))
    client.open()
    await isOpen(client)
  })

  test('signed out: it ends and does not come back', async () => {
    await using server = await startLiveServer()
    const client = connect(server)
    await isOpen(client)
    server.close(4100)
    await vi.waitFor(() => expect(client.status()).toMatchObject({ link: 'ended', endedBy: 4100 }))
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(server.opened).toBe(1)
  })
})

describe('starts and stops', () => {
  test('a start goes over the socket, and its refusal is an error with the code', async () => {
    await using server = await startLiveServer()
    const client = connect(server)
    await isOpen(client)
    const { started: pending } = client.start({ clientId: 'x', model: 'm', text: 'hi' })
    await vi.waitFor(() =>
      expect(server.heard.at(-1)).toMatchObject({ t: 'run.start', run: { clientId: 'x' } }),
    )
    server.say({ t: 'reply', ref: 'r1', ok: false, error: { code: 'too_many_runs', message: 'no' } })
    await expect(pending).rejects.toMatchObject({ code: 'too_many_runs', retryable: true })
    expect(overHttp).toEqual([])
  })

  test('a start whose reply is lost with the link is asked again over HTTP under the same id', async () => {
    await using server = await startLiveServer()
    const client = connect(server)
    await isOpen(client)
    const { started: pending } = client.start({ clientId: 'x', model: 'm', text: 'hi' })
    await vi.waitFor(() => expect(server.heard.at(-1)?.t).toBe('run.start'))
    server.cut()
    await expect(pending).resolves.toEqual(started)
    expect(overHttp).toEqual([{ clientId: 'x', model: 'm', text: 'hi' }])
  })

  test('a start that nobody answers is asked again over HTTP', async () => {
    await using server = await startLiveServer()
    const client = connect(server, { replyMs: 50 })
    await isOpen(client)
    await expect(client.start({ clientId: 'x', model: 'm', text: 'hi' }).started).resolves.toEqual(started)
  })

  test('a stop pressed before the run has an id is held, and sent once it has one', async () => {
    await using server = await startLiveServer()
    const client = connect(server)
    await isOpen(client)
    const start = client.start({ clientId: 'x', model: 'm', text: 'hi' })
    await vi.waitFor(() => expect(server.heard.at(-1)?.t).toBe('run.start'))
    const stopped = start.stop()
    server.say({ t: 'reply', ref: 'r1', ok: true, run: started })
    await vi.waitFor(() => expect(server.heard.at(-1)).toEqual({ t: 'run.stop', ref: 'r2', runId: 'r' }))
    server.say({ t: 'reply', ref: 'r2', ok: true })
    await stopped
  })

  test('a stop pressed while the start is asked again goes with it', async () => {
    await using server = await startLiveServer()
    const client = connect(server)
    await isOpen(client)
    const start = client.start({ clientId: 'x', model: 'm', text: 'hi' })
    await vi.waitFor(() => expect(server.heard.at(-1)?.t).toBe('run.start'))
    const stopped = start.stop()
    server.cut()
    await stopped
    expect(overHttp[0]).toEqual({ clientId: 'x', model: 'm', text: 'hi', stop: true })
  })
})

describe('following', () => {
  test('a release stops following; another holder keeps it', async () => {
    await using server = await startLiveServer()
    const client = connect(server)
    await isOpen(client)
    const first = client.follow(seed)
    const second = client.follow(seed)
    first.release()
    first.release()
    expect(second.run).toBe(first.run)
    second.release()
    await vi.waitFor(() => expect(server.heard.filter((it) => it.t === 'unfollow')).toHaveLength(1))
  })

  test('a run that ends at another length than shown is read over HTTP after a few tries, not for ever', async () => {
    await using server = await startLiveServer()
    const client = connect(server)
    client.follow(seed)
    await isOpen(client)
    const gaps = vi.fn()
    client.onGap(gaps)
    for (let i = 0; i < 8; i++) {
      server.say({ t: 'run.end', c: 1, runId: 'r', messageId: 'm', status: 'done', length: 99, fence: 4 })
    }
    await vi.waitFor(() => expect(gaps).toHaveBeenCalled())
    expect(server.heard.filter((it) => it.t === 'follow').length).toBeLessThanOrEqual(5)
  })
})
