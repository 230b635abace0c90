import { afterEach, describe, expect, test, vi } from 'vitest'
import type { RunStartRequest } from '../../protocol/run.ts'
import { isOpen, liveClients, recovered, seed } from '../../test/support/live-clients.ts'
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
  test('sends hello first, follows from its position, and does so again after a lost connection', async () => {
    await using server = await startLiveServer()
    const client = connect(server)
    const { run } = client.follow(seed)
    await isOpen(client)
    const gaps = vi.fn()
    client.onGap(gaps)
    await vi.waitFor(() =>
      expect(server.received).toEqual([
        { t: 'hello', v: 1, rereads: true, tab: 'tab' },
        { t: 'follow', runId: 'r', position: { fence: 3, seq: 0, length: 6 } },
      ]),
    )
    server.broadcast(recovered(6, ' and on', { fence: 4, seq: 9, length: 13 }))
    await vi.waitFor(() => expect(run.get().text).toBe('so far and on'))
    server.cut()
    await vi.waitFor(() =>
      expect(server.received.at(-1)).toEqual({
        t: 'follow',
        runId: 'r',
        position: { fence: 4, seq: 9, length: 13 },
      }),
    )
    expect(gaps).toHaveBeenCalledOnce()
    // Channel 1 was the run's channel on the old socket.
    server.broadcast({ t: 'w', c: 1, at: 13, x: ' astray' })
    server.broadcast({ t: 'gap' })
    await vi.waitFor(() => expect(gaps).toHaveBeenCalledTimes(2))
    expect(run.get().text).toBe('so far and on')
  })

  test('a run with missing text is followed again; text of an unknown channel is ignored', async () => {
    await using server = await startLiveServer()
    const client = connect(server)
    const { run } = client.follow({ ...seed, text: '' })
    await isOpen(client)
    server.broadcast({ t: 'w', c: 1, at: 0, x: 'stray' })
    server.broadcast(recovered(0, 'ab', { fence: 4, seq: 1, length: 2 }))
    server.broadcast({ t: 'w', c: 1, at: 5, x: 'late' })
    await vi.waitFor(() =>
      expect(server.received.at(-1)).toEqual({
        t: 'follow',
        runId: 'r',
        position: { fence: 4, seq: 1, length: 2 },
      }),
    )
    expect(run.get().text).toBe('ab')
  })
})

describe('starts and stops', () => {
  test('a start is sent over the socket, and a refusal rejects with its code', async () => {
    await using server = await startLiveServer()
    const client = connect(server)
    await isOpen(client)
    const { started: pending } = client.start({ clientId: 'x', model: 'm', text: 'hi' })
    await vi.waitFor(() =>
      expect(server.received.at(-1)).toMatchObject({ t: 'run.start', run: { clientId: 'x' } }),
    )
    server.broadcast({ t: 'reply', ref: 'r1', ok: false, error: { code: 'too_many_runs', message: 'no' } })
    await expect(pending).rejects.toMatchObject({ code: 'too_many_runs', retryable: true })
    expect(overHttp).toEqual([])
  })

  test('a start whose reply is lost with the connection is repeated over HTTP with the same id', async () => {
    await using server = await startLiveServer()
    const client = connect(server)
    await isOpen(client)
    const { started: pending } = client.start({ clientId: 'x', model: 'm', text: 'hi' })
    await vi.waitFor(() => expect(server.received.at(-1)?.t).toBe('run.start'))
    server.cut()
    await expect(pending).resolves.toEqual(started)
    expect(overHttp).toEqual([{ clientId: 'x', model: 'm', text: 'hi' }])
  })

  test('a stop pressed before the start is repeated is sent with the repeated start', async () => {
    await using server = await startLiveServer()
    const client = connect(server)
    await isOpen(client)
    const start = client.start({ clientId: 'x', model: 'm', text: 'hi' })
    await vi.waitFor(() => expect(server.received.at(-1)?.t).toBe('run.start'))
    const stopped = start.stop()
    server.cut()
    await stopped
    expect(overHttp[0]).toEqual({ clientId: 'x', model: 'm', text: 'hi', stop: true })
  })
})

describe('following', () => {
  test('a run that ends with another length is read over HTTP after a few tries', async () => {
    await using server = await startLiveServer()
    const client = connect(server)
    client.follow(seed)
    await isOpen(client)
    const gaps = vi.fn()
    client.onGap(gaps)
    for (let i = 0; i < 8; i++) {
      server.broadcast({
        t: 'run.end',
        c: 1,
        runId: 'r',
        messageId: 'm',
        status: 'done',
        length: 99,
        fence: 4,
      })
    }
    await vi.waitFor(() => expect(gaps).toHaveBeenCalled())
    expect(server.received.filter((it) => it.t === 'follow').length).toBeLessThanOrEqual(5)
  })
})
